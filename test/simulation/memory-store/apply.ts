import type { AttemptReport, Decision } from '../../../src/core/operation/ports.js';
import { isFinal } from '../../../src/spec/operation.js';
import type { Base } from './base.js';
import { writeConsequences } from './consequences.js';
import { takeReceipt } from './receipts.js';
import type { StoredOperation } from './tables.js';

/** A decision about an operation as it was read. */
export interface Change {
  readonly operation: { readonly id: string; readonly state: string; readonly version: number };
  readonly decision: Decision;
  /** The lease under which it was decided. */
  readonly token: string | null;
  /** Opens a lease and an attempt with the change. */
  readonly opens?: {
    readonly token: string;
    readonly action: 'send' | 'repeat' | 'look-up';
    readonly leaseMs: number;
  };
  /** Ends the attempt of the lease. */
  readonly ends?: { readonly startedAt: string; readonly report: AttemptReport };
}

/**
 * Applies a decision if the operation still stands as it was read, with all that follows from it; gives the row as it was written, `null`
 * when somebody else was first. Throws `ReferenceTaken` and what a constraint would before anything is written.
 */
export function applyDecision(base: Base, change: Change): StoredOperation | null {
  const { tables, now, without } = base;
  const before = tables.operations.get(change.operation.id);
  if (before === undefined) return null;
  const stands =
    before.state === change.operation.state &&
    before.version === change.operation.version &&
    before.leaseToken === change.token;
  if (!stands && !without.has('compare-and-set by version')) return null;
  const at = now();
  const after = changed(before, change, at);
  mustBeWhole(after);
  takeReceipt(base, before, change.decision.supplierReference);
  tables.operations.set(after.id, after);
  writeConsequences(base, { before, after, change, at });
  return after;
}

/** Absent fields of a decision stay, `null` clears; a step that begins has no past. */
function changed(before: StoredOperation, { decision, opens, ends }: Change, now: number): StoredOperation {
  const { to, step, hold, unknownSince, everSent, lookups, absences, notSentTries } = decision;
  const anew = step !== undefined && step !== before.step;
  const past = <T>(value: T, fresh: T): T => (anew ? fresh : value);
  const setsIntent = decision.intent !== undefined || isFinal(to);
  const intent = setsIntent ? (decision.intent ?? null) : before.intent;
  const setsReview = decision.reviewReason !== undefined || to !== 'needs-review';
  const sends = opens !== undefined && opens.action !== 'look-up';
  const firstSentAt = past(before.firstSentAt, null);
  return {
    ...before,
    state: to,
    version: before.version + (to === before.state ? 0 : 1),
    nextActionAt: nextActionAt(decision, opens, intent, now),
    supplierReference: decision.supplierReference ?? before.supplierReference,
    rejection: decision.rejection ?? before.rejection,
    reviewReason: setsReview ? (decision.reviewReason ?? null) : before.reviewReason,
    evidence: decision.evidence ?? before.evidence,
    resume: decision.resume ?? past(before.resume, null),
    businessDate: decision.businessDate ?? before.businessDate,
    unknownSince: unknownSince === 'now' ? now : unknownSince === null ? null : past(before.unknownSince, null),
    everSent: before.everSent || everSent === true,
    lookups: lookups ?? past(before.lookups, 0),
    absences: absences ?? past(before.absences, 0),
    notSentTries: notSentTries ?? past(before.notSentTries, 0),
    step: step ?? before.step,
    intent,
    hold: hold ?? before.hold,
    deadlineAt: decision.deadlineInMs === undefined ? before.deadlineAt : new Date(now + decision.deadlineInMs),
    attempts: before.attempts + (sends ? 1 : 0),
    firstSentAt: opens?.action === 'send' ? (firstSentAt ?? now) : firstSentAt,
    lastSentAt: sends ? now : past(before.lastSentAt, null),
    leaseToken: opens?.token ?? null,
    leaseUntil: opens === undefined ? null : now + opens.leaseMs,
    lapses: lapsesAfter(before, to, ends !== undefined, now),
    deadlineFrom: decision.deadlineInMs === undefined ? before.deadlineFrom : now,
    updatedAt: new Date(now),
  };
}

/** An end, or somebody who takes it up again, lets them begin anew. */
function lapsesAfter(before: StoredOperation, to: string, ended: boolean, now: number): number {
  if (ended || (before.state === 'needs-review' && to !== 'needs-review')) return 0;
  return before.lapses + (before.leaseUntil !== null && before.leaseUntil <= now ? 1 : 0);
}

/** Not before the decision's own instant either, unless the platform has asked for something meanwhile. */
function nextActionAt(
  { nextActionInMs, wakeAt }: Decision,
  opens: Change['opens'],
  intent: StoredOperation['intent'],
  now: number,
): Date | null {
  if (opens !== undefined) return new Date(now + opens.leaseMs);
  if (nextActionInMs === null) return null;
  const soonest = now + nextActionInMs;
  return new Date(wakeAt === undefined || intent !== null ? soonest : Math.max(Date.parse(wakeAt), soonest));
}

/** The table's own conditions. */
function mustBeWhole({ state, nextActionAt: next, reviewReason }: StoredOperation): void {
  if ((next === null) !== isFinal(state)) throw new Error('what is not final has a next action, what is final none');
  if ((state === 'needs-review') !== (reviewReason !== null)) throw new Error('what waits for a person says why');
}
