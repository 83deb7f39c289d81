import type { Fault } from '../../spec/errors.js';
import type { ReviewReason } from '../../spec/operation.js';
import { lookAgain } from './decide-absent.js';
import { awaitingFileDelay, nextLookupDelay, parkedDelay, type Random } from './schedule.js';
import type { Decision, Rules, Snapshot } from './snapshot.js';

/** An answer may be garbled or another's; a supplier whose books really differ says so again and again. */
const MISMATCH_BELIEVED_AFTER = 5;

/** What a look-up that finds our reference with other content makes of an operation: at first one more reason to look again. */
export function foundOtherwise(snapshot: Snapshot, rules: Rules, random: Random): Decision {
  const believed = snapshot.lookups + 1 >= MISMATCH_BELIEVED_AFTER || snapshot.state === 'needs-review';
  return believed ? review('evidence-mismatch') : lookAgain(snapshot, rules, random);
}

/** A definite refusal ends an operation; `by` says where it was learnt. */
export function rejected(
  reason: Extract<Fault, { kind: 'rejected' }>['reason'],
  supplierCode: string,
  by: string,
): Decision {
  return {
    to: 'rejected',
    nextActionInMs: null,
    unknownSince: null,
    reviewReason: null,
    rejection: { reason, supplierCode },
    evidence: { by },
  };
}

/** Sets an operation that may have been sent aside for a person. */
export function review(reviewReason: ReviewReason): Decision {
  return { to: 'needs-review', nextActionInMs: parkedDelay(), unknownSince: null, everSent: true, reviewReason };
}

const BUG_TRIES = 3;

/** Our own fault before anything was sent: a few tries (`null`), then aside, so that the others are not delayed. */
export function quarantined(tries: number): Decision | null {
  return tries < BUG_TRIES ? null : { ...setAside(), notSentTries: tries };
}

/** So many leases in a row that lapsed without an end are no accident: carrying the operation ends processes. */
const LAPSES = 5;

/** What has ended too many processes is no longer carried; what was under way then may have been sent. */
export function quarantinedByLapses({ lapses, leaseLapsed, state }: Snapshot): Decision | null {
  if (lapses + Number(leaseLapsed) < LAPSES) return null;
  return {
    ...setAside(),
    unknownSince: null,
    ...(UNDER_WAY.has(state) && leaseLapsed ? { everSent: true as const } : {}),
  };
}

const UNDER_WAY: ReadonlySet<Snapshot['state']> = new Set(['sending', 'holding', 'confirming', 'releasing']);

function setAside(): Decision {
  return { to: 'needs-review', nextActionInMs: parkedDelay(), reviewReason: 'quarantined' };
}

/** The outcome of a send is open: from now on only evidence, or the same key again, moves the operation. */
export function unknown(snapshot: Snapshot, rules: Rules, random: Random): Decision {
  return {
    ...stillUnknown(snapshot, rules, random, 0),
    everSent: true,
    absences: 0,
    ...(snapshot.unknownForMs === null ? { unknownSince: 'now' as const } : {}),
  };
}

/** Keeps the outcome open: the next step comes by the schedule, at least `atLeastMs` from now. */
export function stillUnknown(snapshot: Snapshot, rules: Rules, random: Random, atLeastMs: number): Decision {
  if (rules.recovery.idempotency === 'none') return { to: 'unknown', nextActionInMs: awaitingFileDelay(rules.timing) };
  const delay = nextLookupDelay(snapshot, rules, random);
  if (delay === null) return review('look-ups-exhausted');
  return { to: 'unknown', nextActionInMs: Math.max(delay, atLeastMs) };
}
