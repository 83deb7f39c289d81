import { isFinal, type OperationState } from '../../spec/operation.js';
import type { Timing } from '../../spec/scheme.js';
import { holdOutlastsConfirm } from '../operation/plan-redemption.js';
import type { Taken } from '../operation/prepare.js';
import type { OperationRow } from '../operation/row.js';
import type { Snapshot } from '../operation/snapshot.js';
import { Problem } from '../problem.js';
import { judgeRelease } from '../redemption/act.js';

export const SUPPORT_ACTIONS = ['look-up', 'resend', 'settle', 'cancel', 'reverse'] as const;
export type SupportAction = (typeof SUPPORT_ACTIONS)[number];

/** How a person may end what waits for one. */
export const SETTLE_OUTCOMES = ['posted', 'confirmed', 'released', 'expired', 'rejected'] as const;
export type SettleOutcome = (typeof SETTLE_OUTCOMES)[number];

/** Why an action is not possible now; each has a zh and an en sentence. */
export const WHY_NOT = [
  'final',
  'never-sent',
  'in-flight',
  'cannot-look',
  'not-in-review',
  'no-proof-of-absence',
  'past-deadline',
  'hold-ended',
  'release-wanted',
  'attempted',
  'not-releasable',
  'not-an-accrual',
  'not-posted',
  'cannot-reverse',
  'all-reversed',
  'reversal-open',
  'not-of-this-kind',
] as const;
export type WhyNot = (typeof WHY_NOT)[number];

/** An operation as it stands, with what reversals of it hold. */
export interface Standing {
  readonly operation: OperationRow;
  readonly snapshot: Snapshot;
  readonly reversed: Taken;
}

/** What the operation's scheme can do, as far as support's actions depend on it. */
export interface SchemeMeans {
  readonly timing: Timing;
  /** Whether the supplier can be asked what became of the operation. */
  readonly canFind: boolean;
  /** Whether it takes accruals back; `one-at-a-time`: no second reversal while one is open. */
  readonly reverses: 'no' | 'one-at-a-time' | 'yes';
}

export interface NextAction {
  readonly action: SupportAction;
  readonly needsSecondPerson: boolean;
  /** What `settle` can end it as; empty for all else. */
  readonly outcomes: readonly SettleOutcome[];
}

/** What can be done about an operation, and why the rest cannot. */
export interface Possible {
  readonly actions: readonly NextAction[];
  readonly notNow: readonly { readonly action: SupportAction; readonly why: WhyNot }[];
}

/** Pure: the door shows it, and every act is judged by it again under the operation's lock. */
export function actionsOn(standing: Standing, means: SchemeMeans): Possible {
  const judged = SUPPORT_ACTIONS.map((action) => ({ action, why: whyNot(action, standing, means) }));
  return {
    actions: judged.flatMap(({ action, why }) => (why === null ? [nextAction(action, standing)] : [])),
    notNow: judged.flatMap(({ action, why }) => (why === null ? [] : [{ action, why }])),
  };
}

/** Why an action is not possible on an operation as it stands; `null` when it is. */
export function whyNot(action: SupportAction, standing: Standing, means: SchemeMeans): WhyNot | null {
  switch (action) {
    case 'look-up':
      return whyNoLook(standing, means);
    case 'resend':
      return whyNoResend(standing, means);
    case 'settle':
      return outcomesFor(standing).length === 0 ? 'not-of-this-kind' : whyNotInReview(standing);
    case 'cancel':
      return whyNoCancel(standing, means);
    case 'reverse':
      return whyNoReversal(standing, means);
    default:
      return action satisfies never;
  }
}

function nextAction(action: SupportAction, standing: Standing): NextAction {
  return {
    action,
    needsSecondPerson: action === 'resend' || action === 'settle',
    outcomes: action === 'settle' ? outcomesFor(standing) : [],
  };
}

/** Expectations are ended by evidence about them, never by a word. */
export function outcomesFor({ operation: { kind } }: Pick<Standing, 'operation'>): readonly SettleOutcome[] {
  if (kind === 'expectation') return [];
  return kind === 'redemption' ? ['confirmed', 'released', 'expired', 'rejected'] : ['posted', 'rejected'];
}

const IN_FLIGHT: readonly OperationState[] = ['sending', 'holding', 'confirming', 'releasing'];

function whyNoLook({ operation: { state, attempts }, snapshot }: Standing, { canFind }: SchemeMeans): WhyNot | null {
  if (IN_FLIGHT.includes(state)) return 'in-flight';
  const moved = state === 'posted' || state === 'confirmed' || (state === 'rejected' && attempts > 0);
  if (!snapshot.everSent && !moved) return 'never-sent';
  return canFind ? null : 'cannot-look';
}

function whyNotInReview({ operation: { state } }: Standing): WhyNot | null {
  if (isFinal(state)) return 'final';
  return state === 'needs-review' ? null : 'not-in-review';
}

/** Proof of absence is evidence on the operation; without it a second send may be a second effect. */
function whyNoResend(standing: Standing, { timing }: SchemeMeans): WhyNot | null {
  const { operation, snapshot } = standing;
  const parked = whyNotInReview(standing);
  if (parked !== null) return parked;
  if (operation.reviewReason !== 'absent' || !provenAbsent(operation)) return 'no-proof-of-absence';
  if (operation.kind !== 'redemption') return snapshot.untilDeadlineMs > 0 ? null : 'past-deadline';
  if (operation.step !== 'confirm') return 'not-of-this-kind';
  if (operation.intent === 'release') return 'release-wanted';
  return holdOutlastsConfirm(snapshot, { timing }) ? null : 'hold-ended';
}

function provenAbsent({ evidence }: Pick<OperationRow, 'evidence'>): boolean {
  return typeof evidence === 'object' && evidence !== null && 'absent' in evidence && evidence['absent'] === true;
}

function whyNoCancel({ operation, snapshot }: Standing, { timing, canFind }: SchemeMeans): WhyNot | null {
  if (isFinal(operation.state)) return 'final';
  if (operation.kind === 'redemption') return isReleasable(operation, snapshot, { timing, canFind });
  return operation.attempts > 0 || snapshot.everSent || IN_FLIGHT.includes(operation.state) ? 'attempted' : null;
}

/** Cancelling a redemption is what its platform's release is. */
function isReleasable(
  operation: OperationRow,
  snapshot: Snapshot,
  rules: Pick<SchemeMeans, 'timing' | 'canFind'>,
): WhyNot | null {
  try {
    judgeRelease(operation, snapshot, rules);
    return null;
  } catch (error) {
    if (error instanceof Problem) return 'not-releasable';
    throw error;
  }
}

function whyNoReversal({ operation, reversed }: Standing, { reverses }: SchemeMeans): WhyNot | null {
  if (operation.kind !== 'accrual') return 'not-an-accrual';
  if (operation.state !== 'posted') return 'not-posted';
  if (reverses === 'no') return 'cannot-reverse';
  if (operation.points + operation.bonusPoints - reversed.points <= 0) return 'all-reversed';
  return reverses === 'one-at-a-time' && reversed.open > 0 ? 'reversal-open' : null;
}
