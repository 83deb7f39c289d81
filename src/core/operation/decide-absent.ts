import type { Fault } from '../../spec/errors.js';
import { nextLookupDelay, parkedDelay, submittedDelay, throttledDelay, type Random } from './schedule.js';
import type { Decision, Rules, Snapshot } from './snapshot.js';

/**
 * What "not found" means. It is believed only when the last attempt is older than `conclusiveAfterMs` and, where the supplier's
 * look-up is eventual, twice with a gap; until then it is one more reason to look again.
 */
export function decideAbsent(snapshot: Snapshot, rules: Rules, random: Random): Decision {
  const { recovery, timing } = rules;
  const parked = snapshot.state === 'needs-review';
  if (recovery.idempotency === 'none' || parked || !conclusive(snapshot, recovery.conclusiveAfterMs)) {
    return lookAgain(snapshot, rules, random);
  }
  const absences = snapshot.absences + 1;
  const needed = recovery.idempotency === 'lookup' && recovery.eventual ? 2 : 1;
  if (absences < needed)
    return { to: stays(snapshot), nextActionInMs: timing.eventualGapMs, absences, lookups: snapshot.lookups + 1 };
  const evidence = { by: 'look-up', absent: true, times: absences };
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
  return { to: 'queued', nextActionInMs: 0, unknownSince: null, absences: 0, lookups: snapshot.lookups + 1, evidence };
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
