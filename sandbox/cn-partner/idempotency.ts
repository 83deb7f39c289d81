import { createHash } from 'node:crypto';
import type { Clock } from '../engine/clock.js';
import type { Collection } from '../engine/store.js';
import type { Handler, WireAnswer, WireRequest } from '../platform.js';
import { invalid, refusal } from './answers.js';

/** The first answer under a key. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
  readonly at: number;
}

const KEPT_MS = 7 * 24 * 3_600_000;
const REFERENCE = /^[0-9]{20}$/;

/**
 * Makes a write of a handler: the same key and body give the first answer again, another body is refused, for 7 days. Each
 * `step` of a redemption has keys of its own, since all of them may carry the redemption's reference.
 */
export function onceOnly(kept: Collection<KeptAnswer>, clock: Clock, step = ''): (handler: Handler) => Handler {
  return (handler) => (request) => {
    const key = keyOf(request);
    if (key === null) return invalid('Idempotency-Key must be a reference of 20 digits');
    const fingerprint = fingerprintOf(request);
    const first = kept.get(step + key);
    if (first && first.at + KEPT_MS > clock()) {
      return first.fingerprint === fingerprint ? replayed(first) : refusal('KEY_REUSED');
    }
    const answer = handler(request);
    kept.set(step + key, { fingerprint, status: answer.status, body: answer.body, at: clock() });
    return answer;
  };
}

/** The `Idempotency-Key` of a write; `null` when it is no reference. */
export function keyOf({ headers }: WireRequest): string | null {
  const key = headers['idempotency-key'];
  return typeof key === 'string' && REFERENCE.test(key) ? key : null;
}

function replayed({ status, body }: KeptAnswer): WireAnswer {
  return { status, body };
}

function fingerprintOf({ method, target, body }: WireRequest): string {
  return createHash('sha256').update(`${method} ${target}\n`).update(body).digest('hex');
}
