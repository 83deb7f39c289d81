import { isFinal } from '../../spec/operation.js';
import { quarantinedByLapses } from './decide-open.js';
import { planRedemption } from './plan-redemption.js';
import { canFind, withinKeyWindow } from './recovery-rules.js';
import { parkedDelay, submittedDelay, type Random } from './schedule.js';
import { type Decision, isRedemption, type Plan, type Rules, type Snapshot, type WriteSnapshot } from './snapshot.js';

/** What a due operation needs now: a send, the same send again, a look-up, or a step that needs no supplier. */
export function plan(snapshot: Snapshot, rules: Rules, random: Random): Plan {
  const aside = isFinal(snapshot.state) ? null : quarantinedByLapses(snapshot);
  if (aside !== null) return become(aside);
  return isRedemption(snapshot) ? planRedemption(snapshot, rules) : planWrite(snapshot as WriteSnapshot, rules, random);
}

function planWrite(snapshot: WriteSnapshot, rules: Rules, random: Random): Plan {
  switch (snapshot.state) {
    case 'scheduled':
      return become({ to: 'queued', nextActionInMs: 0 });
    case 'queued':
      return planQueued(snapshot);
    case 'sending':
      return become({ to: 'unknown', nextActionInMs: 0, unknownSince: 'now', everSent: true });
    case 'unknown':
      return planUnknown(snapshot, rules);
    case 'submitted':
      return planSubmitted(snapshot, rules, random);
    case 'needs-review':
      return canFind(rules) && snapshot.everSent
        ? { act: 'look-up' }
        : become({ to: 'needs-review', nextActionInMs: parkedDelay() });
    case 'posted':
    case 'rejected':
    case 'cancelled':
      return become({ to: snapshot.state, nextActionInMs: null });
    default:
      return snapshot.state satisfies never;
  }
}

function planQueued(snapshot: Snapshot): Plan {
  if (snapshot.untilDeadlineMs > 0) return { act: 'send' };
  return snapshot.everSent
    ? become({ to: 'needs-review', nextActionInMs: parkedDelay(), reviewReason: 'deadline' })
    : become({ to: 'cancelled', nextActionInMs: null, evidence: { by: 'deadline' } });
}

function planSubmitted(snapshot: Snapshot, rules: Rules, random: Random): Plan {
  if (canFind(rules)) return { act: 'look-up' };
  return snapshot.untilDeadlineMs > 0
    ? become({ to: 'submitted', nextActionInMs: submittedDelay(rules.timing, random) })
    : become({ to: 'needs-review', nextActionInMs: parkedDelay(), reviewReason: 'awaiting-file' });
}

function planUnknown(snapshot: Snapshot, rules: Rules): Plan {
  if (withinKeyWindow(snapshot, rules)) return { act: 'repeat' };
  if (canFind(rules)) return { act: 'look-up' };
  const reviewReason = rules.recovery.idempotency === 'none' ? 'awaiting-file' : 'look-ups-exhausted';
  return become({ to: 'needs-review', nextActionInMs: parkedDelay(), unknownSince: null, reviewReason });
}

function become(decision: Decision): Plan {
  return { act: 'become', decision };
}
