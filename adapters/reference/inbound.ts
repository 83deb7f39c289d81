import type { JsonRecord } from '../../src/kit/answer.js';
import { jsonObject, requiredPoints, requiredText } from '../../src/kit/answer.js';
import { utcInstant } from '../../src/kit/instant.js';
import { hmacSha256, sameText } from '../../src/kit/sign.js';
import type { InboundPort, RawPush } from '../../src/spec/adapter.js';
import type { Notification } from '../../src/spec/notification.js';
import type { Config } from './config.js';
import { type Refusals, refusedAs } from './errors.js';

const WINDOW_MS = 300_000;
const MILLISECONDS = /^\d{1,15}$/;

/** Signed notifications; `refusals` are those of the scheme, since a push is read without a connection. */
export function inboundWith(refusals: Refusals): InboundPort<Config> {
  return {
    verify(push, config, nowMs) {
      const timestamp = push.headers['x-timestamp'] ?? '';
      if (!MILLISECONDS.test(timestamp) || Math.abs(nowMs - Number(timestamp)) > WINDOW_MS) return { ok: false };
      const signed = `${timestamp}\n${push.path}\n${push.body.toString('utf8')}`;
      const expected = hmacSha256(config.pushKey, signed).toString('hex');
      if (!sameText(push.headers['x-signature'] ?? '', expected)) return { ok: false };
      const eventId = read(push)?.['eventId'];
      return typeof eventId === 'string' && eventId !== '' ? { ok: true, eventId } : { ok: false };
    },

    /** An event of a type we do not know says nothing to us and is taken; one whose fields cannot be read is a fault. */
    parse(push) {
      const event = jsonObject(asAnswer(push));
      switch (requiredText(event, 'type')) {
        case 'operation.posted':
          return [posted(event)];
        case 'operation.refused':
          return [
            {
              type: 'operation.refused',
              reference: requiredText(event, 'reference'),
              ...refusedAs(requiredText(event, 'code'), refusals),
              memberNumber: requiredText(event, 'memberNumber'),
            },
          ];
        case 'member.changed':
          return [{ type: 'member.changed', memberNumber: requiredText(event, 'memberNumber') }];
        default:
          return [];
      }
    },
  };
}

function posted(event: JsonRecord): Notification {
  return {
    type: 'operation.posted',
    reference: requiredText(event, 'reference'),
    supplierReference: requiredText(event, 'supplierReference'),
    points: requiredPoints(event, 'points'),
    memberNumber: requiredText(event, 'memberNumber'),
    at: utcInstant(requiredText(event, 'at')),
  };
}

function read(push: RawPush): JsonRecord | undefined {
  try {
    return jsonObject(asAnswer(push));
  } catch {
    return undefined;
  }
}

function asAnswer({ body }: RawPush) {
  return { status: 200, headers: {}, body: body.toString('utf8') };
}
