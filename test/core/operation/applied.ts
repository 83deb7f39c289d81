import type { Decision, Plan, Snapshot } from '../../../src/core/operation/snapshot.js';
import { isFinal } from '../../../src/spec/operation.js';

/** A step that begins has no past. */
const NO_PAST: Partial<Snapshot> = {
  sinceFirstSentMs: null,
  sinceLastSentMs: null,
  unknownForMs: null,
  lookups: 0,
  absences: 0,
  notSentTries: 0,
};

/**
 * A snapshot after a decision, as the store applies it: absent fields stay, `null` clears, a fact once true stays true. `now` is Unix
 * milliseconds; only a new hold needs it.
 */
export function applied(snapshot: Snapshot, decision: Decision | null, now = 0): Snapshot {
  if (decision === null) return snapshot;
  const { to, step, hold, unknownSince, everSent, lookups, absences, notSentTries } = decision;
  const before = step !== undefined && step !== snapshot.step ? { ...snapshot, ...NO_PAST } : snapshot;
  const setsReview = decision.reviewReason !== undefined || to !== 'needs-review';
  const setsIntent = decision.intent !== undefined || isFinal(to);
  return {
    ...before,
    state: to,
    step: step ?? before.step,
    intent: setsIntent ? (decision.intent ?? null) : before.intent,
    hold: hold ?? before.hold,
    holdLeftMs: hold === undefined ? before.holdLeftMs : Date.parse(hold.expiresAt) - now,
    everSent: before.everSent || everSent === true,
    lookups: lookups ?? before.lookups,
    absences: absences ?? before.absences,
    notSentTries: notSentTries ?? before.notSentTries,
    reviewReason: setsReview ? (decision.reviewReason ?? null) : before.reviewReason,
    unknownForMs: unknownSince === 'now' ? 0 : unknownSince === null ? null : before.unknownForMs,
    untilDeadlineMs: decision.deadlineInMs ?? before.untilDeadlineMs,
    leaseLapsed: false,
  };
}

/** When an operation is due after a decision; `intent` is what the platform wants by then. Unix milliseconds. */
export function dueAfter(decision: Decision, intent: Snapshot['intent'], now: number): number | null {
  const { nextActionInMs, wakeAt } = decision;
  if (nextActionInMs === null) return null;
  const soonest = now + nextActionInMs;
  return wakeAt === undefined || intent !== null ? soonest : Math.max(Date.parse(wakeAt), soonest);
}

/** A snapshot as a claim leaves it: the step begun, the attempt counted. */
export function begun(snapshot: Snapshot, next: Exclude<Plan, { act: 'become' }>): Snapshot {
  const { to = next.act === 'look-up' ? snapshot.state : 'sending', step } = next.decision ?? {};
  const under = applied(snapshot, { to, nextActionInMs: 0, ...(step === undefined ? {} : { step }) });
  if (next.act === 'look-up') return { ...under, reviewReason: snapshot.reviewReason };
  return {
    ...under,
    attempts: snapshot.attempts + 1,
    sinceFirstSentMs: under.sinceFirstSentMs ?? 0,
    sinceLastSentMs: 0,
  };
}

/** The same operation so many milliseconds later. */
export function aged(snapshot: Snapshot, ms: number): Snapshot {
  const older = (age: number | null): number | null => (age === null ? null : age + ms);
  return {
    ...snapshot,
    sinceFirstSentMs: older(snapshot.sinceFirstSentMs),
    sinceLastSentMs: older(snapshot.sinceLastSentMs),
    unknownForMs: older(snapshot.unknownForMs),
    untilDeadlineMs: snapshot.untilDeadlineMs - ms,
    holdLeftMs: snapshot.holdLeftMs === null ? null : snapshot.holdLeftMs - ms,
  };
}
