import type { Decision, Snapshot } from '../../../src/core/operation/snapshot.js';

/** A snapshot after a decision, as the store applies it: absent fields stay, `null` clears, a fact once true stays true. */
export function applied(snapshot: Snapshot, decision: Decision | null): Snapshot {
  if (decision === null) return snapshot;
  const { to, unknownSince, everSent, lookups, absences, notSentTries } = decision;
  const setsReview = decision.reviewReason !== undefined || to !== 'needs-review';
  return {
    ...snapshot,
    state: to,
    everSent: snapshot.everSent || everSent === true,
    lookups: lookups ?? snapshot.lookups,
    absences: absences ?? snapshot.absences,
    notSentTries: notSentTries ?? snapshot.notSentTries,
    reviewReason: setsReview ? (decision.reviewReason ?? null) : snapshot.reviewReason,
    unknownForMs: unknownSince === 'now' ? 0 : unknownSince === null ? null : snapshot.unknownForMs,
    leaseLapsed: false,
  };
}
