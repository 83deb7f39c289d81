import type { JsonRecord } from '../../src/kit/answer.js';
import { jsonObject, optionalText, requiredPoints, requiredText } from '../../src/kit/answer.js';
import { sameText } from '../../src/kit/sign.js';
import type { InboundPort, RawPush } from '../../src/spec/adapter.js';
import type { Notification } from '../../src/spec/notification.js';
import type { Config } from './config.js';
import { refusal } from './errors.js';
import { signature } from './sign.js';

const WINDOW_MS = 300_000;
const MILLISECONDS = /^\d{1,15}$/;

/** Pushes are signed like requests. A nonce is not remembered here: `eventId` makes a replay inside the window harmless. */
export const inbound: InboundPort<Config> = {
  verify(push, config, nowMs) {
    const timestamp = push.headers['x-timestamp'] ?? '';
    const nonce = push.headers['x-nonce'] ?? '';
    if (push.headers['x-partner-id'] !== config.partnerId || nonce === '') return { ok: false };
    if (!MILLISECONDS.test(timestamp) || Math.abs(nowMs - Number(timestamp)) > WINDOW_MS) return { ok: false };
    const expected = signature(config.hmacKey, { ...push, timestamp, nonce });
    if (!sameText(push.headers['x-signature'] ?? '', expected)) return { ok: false };
    const eventId = read(push)?.['eventId'];
    return typeof eventId === 'string' && eventId !== '' ? { ok: true, eventId } : { ok: false };
  },

  /** An event of a type we do not know says nothing to us and is taken; one whose fields cannot be read is a fault. */
  parse(push) {
    const event = jsonObject({ status: 200, headers: {}, body: push.body.toString('utf8') });
    switch (requiredText(event, 'type')) {
      case 'accrual.posted':
        return [posted(event)];
      case 'accrual.refused':
        return [refused(event)];
      case 'member.changed':
        return [{ type: 'member.changed', memberNumber: requiredText(event, 'memberNo') }];
      default:
        return [];
    }
  },
};

function posted(event: JsonRecord): Notification {
  return {
    type: 'operation.posted',
    reference: requiredText(event, 'reference'),
    supplierReference: requiredText(event, 'supplierReference'),
    points: requiredPoints(event, 'points'),
    memberNumber: requiredText(event, 'memberNo'),
    at: instant(optionalText(event, 'at')),
  };
}

function refused(event: JsonRecord): Notification {
  return {
    type: 'operation.refused',
    reference: requiredText(event, 'reference'),
    ...refusal(requiredText(event, 'code')),
    memberNumber: requiredText(event, 'memberNo'),
  };
}

/** The supplier writes times with its own offset; a time that cannot be read is not worth losing the event for. */
function instant(text: string | undefined): string | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function read(push: RawPush): JsonRecord | undefined {
  try {
    return jsonObject({ status: 200, headers: {}, body: push.body.toString('utf8') });
  } catch {
    return undefined;
  }
}
