import type { Fault } from '../../spec/errors.js';
import type { Json } from '../../spec/values.js';
import { nextLookupDelay, parkedDelay, submittedDelay, throttledDelay, type Random } from './schedule.js';
import type { Decision, Rules, Snapshot, WriteSnapshot } from './snapshot.js';

/**
 * What "not found" means. It is believed only when the last attempt is older than `conclusiveAfterMs` and, where the supplier's
 * look-up is eventual, twice with a gap; until then it is one more reason to look again.
 */
export function decideAbsent(snapshot: WriteSnapshot, rules: Rules, random: Random): Decision {
  const belief = absenceBelief(snapshot, rules);
  if (belief.believed === 'no') return lookAgain(snapshot, rules, random);
  const { absences } = belief;
  if (belief.believed === 'once-more') return lookOnceMore(snapshot, rules, absences);
  return absent(snapshot, rules, { by: 'look-up', absent: true, times: absences }, absences);
}

/** What follows from proof of absence: sent again by itself, or by a person where the scheme says so. */
export function absent(snapshot: WriteSnapshot, rules: Rules, evidence: Json, absences: number): Decision {
  if (rules.resend === 'by-person') {
    return {
      to: 'needs-review',
      nextActionInMs: parkedDelay(),
      unknownSince: null,
      absences,
      reviewReason: 'absent',
      evidence,
    };
  }
  const lookups = snapshot.lookups + 1;
  return {
    to: 'queued',
    nextActionInMs: 0,
    unknownSince: null,
    absences: 0,
    lookups,
    evidence,
  };
}

/** Whether "not found" is proof by now; `absences` counts this one. */
export function absenceBelief(
  snapshot: Snapshot,
  { recovery }: Rules,
): { readonly believed: 'no' } | { readonly believed: 'once-more' | 'yes'; readonly absences: number } {
  const parked = snapshot.state === 'needs-review';
  if (recovery.idempotency === 'none' || parked || !conclusive(snapshot, recovery.conclusiveAfterMs)) {
    return { believed: 'no' };
  }
  const absences = snapshot.absences + 1;
  const needed = recovery.idempotency === 'lookup' && recovery.eventual ? 2 : 1;
  return { believed: absences < needed ? 'once-more' : 'yes', absences };
}

/** An eventual look-up is asked a second time before its "not found" counts. */
export function lookOnceMore(snapshot: Snapshot, { timing }: Rules, absences: number): Decision {
  return { to: stays(snapshot), nextActionInMs: timing.eventualGapMs, absences, lookups: snapshot.lookups + 1 };
}

/** Stays where it is and looks again by the schedule; a throttled look-up waits as long as the supplier says. */
export function lookAgain(snapshot: Snapshot, rules: Rules, random: Random, fault?: Fault): Decision {
  const lookups = snapshot.lookups + 1;
  const atLeast = fault?.kind === 'rate-limited' ? throttledDelay(rules.timing, 0, fault.retryAfterMs, random) : 0;
  switch (stays(snapshot)) {
    case 'submitted':
      return { to: 'submitted', lookups, nextActionInMs: Math.max(atLeast, submittedDelay(rules.timing, random)) };
    case 'needs-review':
      return { to: 'needs-review', lookups, nextActionInMs: parkedDelay() };
    case 'unknown': {
      const delay = nextLookupDelay(snapshot, rules, random);
      if (delay !== null) return { to: 'unknown', lookups, nextActionInMs: Math.max(delay, atLeast) };
      return {
        to: 'needs-review',
        lookups,
        nextActionInMs: parkedDelay(),
        unknownSince: null,
        reviewReason: 'look-ups-exhausted',
      };
    }
  }
}

function conclusive(snapshot: Snapshot, afterMs: number): boolean {
  return snapshot.sinceLastSentMs !== null && snapshot.sinceLastSentMs >= afterMs;
}

function stays(snapshot: Snapshot): 'unknown' | 'submitted' | 'needs-review' {
  return snapshot.state === 'submitted' || snapshot.state === 'needs-review' ? snapshot.state : 'unknown';
}
