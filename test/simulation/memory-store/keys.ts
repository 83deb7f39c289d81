import type { Answer, IdempotentRequest } from '../../../src/core/answer.js';
import type { OperationAnswer } from '../../../src/core/operation/ports.js';
import { Problem } from '../../../src/core/problem.js';
import type { Base } from './base.js';

/** The answer that stands under a key, byte for byte; `null` for a key that nobody used. Throws for another body. */
export function replayed({ tables, without }: Base, tenantId: string, request: IdempotentRequest): Answer | null {
  const known = without.has('idempotency keys') ? undefined : tables.keys.get(`${tenantId}|${request.key}`);
  if (known === undefined) return null;
  if (!known.fingerprint.equals(request.fingerprint)) throw new Problem('IDEMPOTENCY_KEY_REUSED');
  return { ...known.answer, replayed: true };
}

/** Keeps an answer under the key of its request, and gives it back as the first. */
export function keep(base: Base, tenantId: string, request: IdempotentRequest, answer: OperationAnswer): Answer {
  base.tables.keys.set(`${tenantId}|${request.key}`, { fingerprint: request.fingerprint, answer });
  return { ...answer, replayed: false };
}
