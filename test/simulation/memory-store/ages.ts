import type { SealedMember } from '../../../src/core/link/facts.js';
import type { LookSubject, OriginalFacts, Snapshot } from '../../../src/core/operation/ports.js';
import type { StoredOperation, Tables } from './tables.js';

/** What deciding needs to know of an operation as it stands at `now`. */
export function snapshotOf({ standstills }: Tables, row: StoredOperation, now: number): Snapshot {
  const age = (at: number | null): number | null => (at === null ? null : now - at);
  return {
    kind: row.kind,
    // Whoever decides has a kind whose states these are.
    state: row.state as Snapshot['state'],
    step: row.step,
    intent: row.intent,
    hold: row.hold,
    holdLeftMs: row.hold === null ? null : Date.parse(row.hold.expiresAt) - now,
    attempts: row.attempts,
    everSent: row.everSent,
    lookups: row.lookups,
    absences: row.absences,
    notSentTries: row.notSentTries,
    lapses: row.lapses,
    reviewReason: row.reviewReason,
    sinceFirstSentMs: age(row.firstSentAt),
    sinceLastSentMs: age(row.lastSentAt),
    unknownForMs: age(row.unknownSince),
    untilDeadlineMs: untilDeadline(standstills, row, now),
    leaseLapsed: row.leaseUntil !== null && row.leaseUntil <= now,
  };
}

/** The clock of a deadline stands still while sends do. */
function untilDeadline(standstills: Tables['standstills'], row: StoredOperation, now: number): number {
  const left = row.deadlineAt.getTime() - now;
  if (left > 0) return left;
  const since = row.deadlineFrom ?? Math.max(row.createdAt.getTime(), row.notBefore?.getTime() ?? 0);
  return standstills
    .filter(({ connectionId }) => connectionId === row.connectionId)
    .reduce((sum, { from, until }) => sum + Math.max(0, (until ?? now) - Math.max(from, since)), left);
}

export function sealedOf(tables: Tables, row: StoredOperation): SealedMember {
  const link = tables.links.get(row.linkId);
  if (link === undefined) throw new Error('an operation without its link');
  return link.sealed;
}

/** An operation with what asking its supplier takes. */
export function subjectOf(tables: Tables, row: StoredOperation): LookSubject {
  return { operation: row, resume: row.resume, member: sealedOf(tables, row), original: originalOf(tables, row) };
}

function originalOf({ operations }: Tables, { tenantId, originalId }: StoredOperation): OriginalFacts | null {
  const original = originalId === null ? undefined : operations.get(originalId);
  if (original?.tenantId !== tenantId) return null;
  const { reference, supplierReference, activity, reward, points, bonusPoints } = original;
  return { reference, supplierReference, activity, reward, points, bonusPoints };
}
