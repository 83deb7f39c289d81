import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { IdempotentRequest } from '../core/answer.js';
import { Problem } from '../core/problem.js';
import { canonicalJson } from '../spec/canonical.js';
import type { Json } from '../spec/values.js';
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

/** What the core needs to answer a request once: two spellings of equal JSON are the same request. */
export function idempotentRequest(
  key: string,
  method: string,
  path: string,
  body: Json,
  exchange: Exchange,
): IdempotentRequest {
  const fingerprint = createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest();
  return { key, fingerprint, refuse: (problem) => renderProblem(problem, exchange) };
}
