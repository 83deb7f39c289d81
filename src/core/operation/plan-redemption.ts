import { canFind, withinKeyWindow } from './recovery-rules.js';
import { stepOf, underWay } from './redemption-step.js';
import { parkedDelay } from './schedule.js';
import type { Decision, Plan, RedemptionSnapshot, Rules } from './snapshot.js';

/**
 * What a due redemption needs now. The rules are those of the step that `stepOf` names. A confirm is begun only with enough left of
 * the hold, and what was sent and not answered is never sent as if it were new.
 */
export function planRedemption(snapshot: RedemptionSnapshot, rules: Rules): Plan {
  switch (snapshot.state) {
    case 'awaiting-approval':
      return become({ to: 'awaiting-approval', nextActionInMs: parkedDelay() });
    case 'requested':
      return planRequested(snapshot);
    case 'held':
      return planHeld(snapshot, rules);
    case 'confirming':
      if (snapshot.leaseLapsed) return lost();
      return mayConfirm(snapshot, rules) ? begin(snapshot) : become(asideFromConfirm(snapshot));
    case 'releasing':
      return snapshot.leaseLapsed ? lost() : begin(snapshot);
    case 'holding':
      return lost();
    case 'unknown':
      return planUnknown(snapshot, rules);
    case 'needs-review':
      return canFind(rules) && snapshot.everSent
        ? { act: 'look-up' }
        : become({ to: 'needs-review', nextActionInMs: parkedDelay() });
    case 'confirmed':
    case 'released':
    case 'expired':
    case 'rejected':
      return become({ to: snapshot.state, nextActionInMs: null });
    default:
      return snapshot.state satisfies never;
  }
}

/** Nothing stands at the supplier in this state, so letting go needs no call. */
function planRequested(snapshot: RedemptionSnapshot): Plan {
  const { hold, intent, untilDeadlineMs } = snapshot;
  if (intent === 'release') return become({ to: 'released', nextActionInMs: null, evidence: { by: 'platform' } });
  if (hold?.kind === 'soft') {
    return ended(snapshot)
      ? become({ to: 'expired', nextActionInMs: null, evidence: { by: 'clock' } })
      : become({ to: 'held', nextActionInMs: 0, wakeAt: hold.expiresAt });
  }
  if (untilDeadlineMs > 0) return begin(snapshot);
  return become({ to: 'released', nextActionInMs: null, evidence: { by: 'deadline' } });
}

/** A hold that has ended is the supplier's to tell; only where it cannot be asked, or the hold is ours, the clock decides. */
function planHeld(snapshot: RedemptionSnapshot, rules: Rules): Plan {
  const { hold, intent } = snapshot;
  if (ended(snapshot)) {
    return hold?.kind === 'native' && canFind(rules)
      ? { act: 'look-up' }
      : become({ to: 'expired', nextActionInMs: null, evidence: { by: 'clock' } });
  }
  if (intent === 'release') {
    return hold?.kind === 'soft'
      ? become({ to: 'released', nextActionInMs: null, evidence: { by: 'platform' } })
      : begin(snapshot);
  }
  return intent === 'confirm' && mayConfirm(snapshot, rules) ? begin(snapshot) : become(asideFromConfirm(snapshot));
}

/**
 * The same key again settles an open outcome, but never one that the platform no longer wants: what it wants undone, or a confirm
 * past its deadline, is looked at where it can be, since a repeat might be what spends the points. A release is always looked at: a
 * supplier refuses it for a hold that has ended in whatever way.
 */
function planUnknown(snapshot: RedemptionSnapshot, rules: Rules): Plan {
  const undone = snapshot.intent === 'release' && snapshot.step !== 'hold';
  const late = snapshot.step === 'confirm' && snapshot.untilDeadlineMs <= 0;
  if (canFind(rules) && (undone || late)) return { act: 'look-up' };
  if (withinKeyWindow(snapshot, rules)) {
    return { act: 'repeat', decision: { to: underWay(stepOf(snapshot)) } };
  }
  if (canFind(rules)) return { act: 'look-up' };
  const reviewReason = rules.recovery.idempotency === 'none' ? 'awaiting-file' : 'look-ups-exhausted';
  return become({ to: 'needs-review', nextActionInMs: parkedDelay(), unknownSince: null, reviewReason });
}

/** Whether a confirm that starts now ends safely before the hold does, and is still wanted. */
function mayConfirm(snapshot: RedemptionSnapshot, rules: Rules): boolean {
  return snapshot.untilDeadlineMs > 0 && holdOutlastsConfirm(snapshot, rules);
}

/** Whether what is left of a hold covers the longest a confirm can take, and the margin. */
export function holdOutlastsConfirm(
  { holdLeftMs }: Pick<RedemptionSnapshot, 'holdLeftMs'>,
  { timing }: Pick<Rules, 'timing'>,
): boolean {
  return (holdLeftMs ?? 0) >= timing.totalMs + timing.holdMarginMs;
}

/** Back to the hold, which now runs out by itself unless the platform asks again. */
function asideFromConfirm({ hold }: RedemptionSnapshot): Decision {
  return { to: 'held', nextActionInMs: 0, intent: null, ...(hold === null ? {} : { wakeAt: hold.expiresAt }) };
}

function ended({ holdLeftMs }: RedemptionSnapshot): boolean {
  return (holdLeftMs ?? 0) <= 0;
}

function begin(snapshot: RedemptionSnapshot): Plan {
  const step = stepOf(snapshot);
  return { act: 'send', decision: { to: underWay(step), step } };
}

function lost(): Plan {
  return become({ to: 'unknown', nextActionInMs: 0, unknownSince: 'now', everSent: true });
}

function become(decision: Decision): Plan {
  return { act: 'become', decision };
}
