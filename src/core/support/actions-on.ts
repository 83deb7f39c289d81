import { isFinal, type OperationState } from '../../spec/operation.js';
import type { Timing } from '../../spec/scheme.js';
import { holdOutlastsConfirm } from '../operation/plan-redemption.js';
import type { Taken } from '../operation/prepare.js';
import { before } from '../operation/redemption-step.js';
import type { OperationRow } from '../operation/row.js';
import type { Snapshot } from '../operation/snapshot.js';
import { Problem } from '../problem.js';
import { cancelling, neverLeft } from './cancel.js';

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
  'not-connected',
] as const;
export type WhyNot = (typeof WHY_NOT)[number];

/** An operation as it stands, with what reversals of it hold. */
export interface Standing {
  readonly operation: OperationRow;
  readonly snapshot: Snapshot;
  readonly reversed: Taken;
  /** Somebody holds its lease: its supplier is being asked something right now. */
  readonly leased: boolean;
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

/**
 * Pure: the door shows it, and every act is judged by it again under the operation's lock. `means` is `null` while the connection
 * cannot be used: what needs no supplier stays possible.
 */
export function actionsOn(standing: Standing, means: SchemeMeans | null): Possible {
  const judged = SUPPORT_ACTIONS.map((action) => ({ action, why: whyNot(action, standing, means) }));
  return {
    actions: judged.flatMap(({ action, why }) => (why === null ? [nextAction(action, standing)] : [])),
    notNow: judged.flatMap(({ action, why }) => (why === null ? [] : [{ action, why }])),
  };
}

/** Why an action is not possible on an operation as it stands; `null` when it is. */
export function whyNot(action: SupportAction, standing: Standing, means: SchemeMeans | null): WhyNot | null {
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

function whyNoLook({ operation: { state, attempts }, snapshot }: Standing, means: SchemeMeans | null): WhyNot | null {
  if (IN_FLIGHT.includes(state)) return 'in-flight';
  const moved = state === 'posted' || state === 'confirmed' || (state === 'rejected' && attempts > 0);
  if (!snapshot.everSent && !moved) return 'never-sent';
  if (means === null) return 'not-connected';
  return means.canFind ? null : 'cannot-look';
}

/** Not while it is being looked up either: the answer may be the very proof against what a person would decide. */
function whyNotInReview({ operation: { state }, leased }: Standing): WhyNot | null {
  if (isFinal(state)) return 'final';
  if (state !== 'needs-review') return 'not-in-review';
  return leased ? 'in-flight' : null;
}

/** Without proof that the supplier has nothing, a second send may be a second effect. */
function whyNoResend(standing: Standing, means: SchemeMeans | null): WhyNot | null {
  const { operation, snapshot } = standing;
  const parked = whyNotInReview(standing);
  if (parked !== null) return parked;
  if (!neverLeft(snapshot) && !provenAbsent(operation)) return 'no-proof-of-absence';
  if (means === null) return 'not-connected';
  if (operation.kind !== 'redemption') return wanted(snapshot);
  const unheld = neverLeft(snapshot) && before(operation.step ?? 'hold') === 'requested';
  if (operation.step !== 'confirm' && !unheld) return 'not-of-this-kind';
  if (operation.intent === 'release') return 'release-wanted';
  if (unheld) return wanted(snapshot);
  return holdOutlastsConfirm(snapshot, means) ? null : 'hold-ended';
}

function wanted({ untilDeadlineMs }: Snapshot): WhyNot | null {
  return untilDeadlineMs > 0 ? null : 'past-deadline';
}

function provenAbsent({ evidence, reviewReason }: Pick<OperationRow, 'evidence' | 'reviewReason'>): boolean {
  if (reviewReason !== 'absent' || typeof evidence !== 'object' || evidence === null) return false;
  return 'absent' in evidence && evidence['absent'] === true;
}

function whyNoCancel({ operation, snapshot }: Standing, means: SchemeMeans | null): WhyNot | null {
  if (isFinal(operation.state)) return 'final';
  if (operation.kind === 'redemption') return whyNoRelease(operation, snapshot, means);
  // Our own fault counts as an attempt, though nothing left.
  if (neverLeft(snapshot)) return null;
  return operation.attempts > 0 || snapshot.everSent || IN_FLIGHT.includes(operation.state) ? 'attempted' : null;
}

function whyNoRelease(operation: OperationRow, snapshot: Snapshot, means: SchemeMeans | null): WhyNot | null {
  try {
    cancelling(operation, snapshot, means?.canFind ?? false);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return means === null && operation.state === 'unknown' ? 'not-connected' : 'not-releasable';
  }
}

function whyNoReversal({ operation, reversed }: Standing, means: SchemeMeans | null): WhyNot | null {
  if (operation.kind !== 'accrual') return 'not-an-accrual';
  if (operation.state !== 'posted') return 'not-posted';
  if (means === null) return 'not-connected';
  if (means.reverses === 'no') return 'cannot-reverse';
  if (operation.points + operation.bonusPoints - reversed.points <= 0) return 'all-reversed';
  return means.reverses === 'one-at-a-time' && reversed.open > 0 ? 'reversal-open' : null;
}
