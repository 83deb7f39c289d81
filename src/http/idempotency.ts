import type { Request } from 'express';
import type { IdempotentRequest } from '../core/answer.js';
import { Problem } from '../core/problem.js';
import { canonicalJson } from '../spec/canonical.js';
import type { Json } from '../spec/values.js';
import type { Deps } from './deps.js';
import type { Exchange } from './exchange.js';
import { renderProblem } from './problem.js';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** The request's Idempotency-Key; refuses none, two, and anything but 1 to 255 printable ASCII characters. */
export function idempotencyKeyOf(request: Request): string {
  const sent = request.headersDistinct['idempotency-key'];
  if (sent === undefined) throw new Problem('IDEMPOTENCY_KEY_REQUIRED');
  const [key = ''] = sent;
  if (sent.length > 1 || !PRINTABLE.test(key)) throw new Problem('IDEMPOTENCY_KEY_INVALID');
  return key;
}

/** A request that creates, as far as its repetition must be like it. */
interface Keyed {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: Json;
}

/** What the core needs to answer a request once: two spellings of equal JSON are the same request. */
export function idempotentRequest(
  { fingerprint }: Pick<Deps, 'fingerprint'>,
  { key, method, path, body }: Keyed,
  exchange: Exchange,
): IdempotentRequest {
  return {
    key,
    fingerprint: fingerprint(`${method} ${path}\n${canonicalJson(body)}`),
    refuse: (problem) => renderProblem(problem, exchange),
  };
}
