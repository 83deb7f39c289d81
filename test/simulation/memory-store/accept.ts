import type { Answer } from '../../../src/core/answer.js';
import type { LinkFacts } from '../../../src/core/link/facts.js';
import type { AccrualRequest, NewOperation, ReversalRequest } from '../../../src/core/operation/ports.js';
import { claimActivity, existingAnswer } from './activities.js';
import type { Base } from './base.js';
import { tell } from './consequences.js';
import { keep, replayed } from './keys.js';
import { linkOf, operationOf, type StoredOperation } from './tables.js';

/** Accepts an accrual: key, activity, operation, event and wake-up together, or nothing. */
export function acceptAccrual(base: Base, request: AccrualRequest): Answer {
  const { tenantId } = request.caller;
  const known = replayed(base, tenantId, request.request);
  if (known !== null) return known;
  const operation = request.prepare(factsOf(base, tenantId, request.linkId), new Date(base.now()));
  return settle(base, request, operation);
}

/** Accepts a reversal or a refund by what others already take back of the original. */
export function acceptReversal(base: Base, request: ReversalRequest): Answer {
  const { tenantId } = request.caller;
  const original = operationOf(base.tables, tenantId, request.originalId);
  const known = replayed(base, tenantId, request.request);
  if (known !== null) return known;
  const link = original === null ? null : factsOf(base, tenantId, original.linkId);
  const operation = request.prepare(original, takenBack(base, request), link, new Date(base.now()));
  return settle(base, request, operation);
}

function settle(
  base: Base,
  { caller, request, answers }: Pick<AccrualRequest, 'caller' | 'request' | 'answers'>,
  prepared: NewOperation,
): Answer {
  const claimed = claimActivity(base, prepared);
  if ('heldBy' in claimed) {
    return keep(base, caller.tenantId, request, existingAnswer(base, prepared, claimed.heldBy, answers, request));
  }
  insertOperation(base, claimed.operation);
  return keep(base, caller.tenantId, request, answers.accepted(claimed.operation));
}

/** Writes a new operation with its first event and, unless a person has to look first, its wake-up. */
export function insertOperation({ tables }: Base, operation: NewOperation): StoredOperation {
  const { tenantId, id, connectionId, createdAt, nextActionAt, state } = operation;
  for (const one of tables.operations.values()) {
    if (one.reference === operation.reference) throw new Error('our references are unique');
  }
  const row: StoredOperation = { ...operation, ...NEW, updatedAt: createdAt };
  tables.operations.set(id, row);
  tell(tables, row, null, createdAt.getTime());
  if (state !== 'needs-review') {
    const dueAt = (state === 'scheduled' ? (nextActionAt ?? createdAt) : createdAt).getTime();
    tables.outbox.push({ tenantId, lane: 'live', connectionId, operationId: id, dueAt });
  }
  return row;
}

const NEW = {
  step: null,
  intent: null,
  supplierReference: null,
  rejection: null,
  evidence: null,
  businessDate: null,
  attempts: 0,
  version: 1,
  everSent: false,
  resume: null,
  firstSentAt: null,
  lastSentAt: null,
  unknownSince: null,
  lookups: 0,
  absences: 0,
  notSentTries: 0,
  leaseToken: null,
  leaseUntil: null,
  lapses: 0,
  deadlineFrom: null,
} as const;

/** What others of the kind hold already of the original: rejected and cancelled ones hold nothing. */
function takenBack({ tables, without }: Base, request: ReversalRequest): { points: number; open: number } {
  const { caller, originalId, kind, activityKey } = request;
  if (without.has('caps')) return { points: 0, open: 0 };
  const others = [...tables.operations.values()]
    .filter((one) => one.tenantId === caller.tenantId && one.originalId === originalId && one.kind === kind)
    .filter((one) => activityKey === null || one.activityKey !== activityKey);
  const holding = others.filter(({ state }) => state !== 'rejected' && state !== 'cancelled');
  return {
    points: holding.reduce((sum, { points }) => sum + points, 0),
    open: others.filter(({ nextActionAt }) => nextActionAt !== null).length,
  };
}

export function factsOf({ tables }: Base, tenantId: string, linkId: string): LinkFacts | null {
  const link = linkOf(tables, tenantId, linkId);
  if (link === null) return null;
  const { id, scheme, connectionId, organisation, state, consent } = link.row;
  return { tenantId, id, scheme, connectionId, organisation, state, consentScopes: consent.scopes ?? null };
}
