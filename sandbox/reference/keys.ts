import { createHash } from 'node:crypto';
import type { Clock } from '../engine/clock.js';
import type { Collection } from '../engine/store.js';
import type { Handler, WireRequest } from '../platform.js';
import { invalid, refusal } from './answers.js';

/** The first answer under a key. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
  readonly at: number;
}

/** Performs a write once under its `Idempotency-Key`, for `windowMs`; each path has a key space of its own. */
export function onceByKey(kept: Collection<KeptAnswer>, clock: Clock, windowMs: number): (handler: Handler) => Handler {
  return (handler) => (request) => {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || !/^[0-9]{20}$/.test(key)) return invalid('Idempotency-Key is not a reference');
    const place = `${pathOf(request)} ${key}`;
    const fingerprint = createHash('sha256').update(request.body).digest('hex');
    const first = kept.get(place);
    if (first !== undefined && first.at + windowMs > clock()) {
      return first.fingerprint === fingerprint ? { status: first.status, body: first.body } : refusal('KEY_REUSED');
    }
    const { status, body, ...more } = handler(request);
    kept.set(place, { fingerprint, status, body, at: clock() });
    return { status, body, ...more };
  };
}

function pathOf({ method, target }: WireRequest): string {
  return `${method} ${target}`;
}
