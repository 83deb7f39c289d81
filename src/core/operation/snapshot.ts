import type { HoldFound, Receipt } from '../../spec/adapter.js';
import type { Fault, RefusalReason } from '../../spec/errors.js';
import type { OperationKind, RedemptionState, RedemptionStep, ReviewReason, WriteState } from '../../spec/operation.js';
import type { Hold } from '../../spec/reward.js';
import type { Timing } from '../../spec/scheme.js';
import type { Instant, Json } from '../../spec/values.js';

/**
 * What deciding needs to know of an operation. Ages are milliseconds measured by the database's clock when the row was read,
 * so that no process's own clock takes part.
 */
export interface Snapshot {
  readonly kind: OperationKind;
  readonly state: WriteState | RedemptionState;
  /** The step of a redemption that was last begun. */
  readonly step: RedemptionStep | null;
  /** What the platform has asked of a redemption and is not done yet. */
  readonly intent: Intent | null;
  readonly hold: Hold | null;
  /** Milliseconds until the hold ends by itself. */
  readonly holdLeftMs: number | null;
  readonly attempts: number;
  /** Whether any attempt can have reached the supplier. */
  readonly everSent: boolean;
  readonly lookups: number;
  readonly absences: number;
  readonly notSentTries: number;
  readonly reviewReason: ReviewReason | null;
  readonly sinceFirstSentMs: number | null;
  readonly sinceLastSentMs: number | null;
  readonly unknownForMs: number | null;
  readonly untilDeadlineMs: number;
  readonly leaseLapsed: boolean;
  /** Leases in a row that lapsed without an end, or claims that our own fault ended; the last one not counted while `leaseLapsed`. */
  readonly lapses: number;
}

/** An operation that is one write at the supplier: every kind but expectation and redemption. */
export type WriteSnapshot = Snapshot & { readonly state: WriteState };

export type RedemptionSnapshot = Snapshot & { readonly kind: 'redemption'; readonly state: RedemptionState };

/** Tells the two kinds of state machine apart; some of their states share a name. */
export function isRedemption(snapshot: Snapshot): snapshot is RedemptionSnapshot {
  return snapshot.kind === 'redemption';
}

/** What a platform may ask of a redemption that is held. */
export type Intent = 'confirm' | 'release';

/** How a write of this scheme recovers, with the adapter's settings filled in. */
export type Recovery =
  | {
      readonly idempotency: 'key';
      readonly windowMs: number;
      readonly find: boolean;
      readonly conclusiveAfterMs: number;
    }
  | { readonly idempotency: 'lookup'; readonly conclusiveAfterMs: number; readonly eventual: boolean }
  | { readonly idempotency: 'none' };

/** The settings of the scheme that decisions follow. */
export interface Rules {
  readonly recovery: Recovery;
  readonly timing: Timing;
  readonly resend: 'automatic' | 'by-person';
}

/** Something learnt about an operation. */
export type Learnt =
  | { readonly type: 'receipt'; readonly receipt: Receipt; readonly matches: boolean }
  | { readonly type: 'fault'; readonly fault: Fault }
  /** An exception of our own: after a write went out the outcome is unknown, before it nothing was sent. */
  | { readonly type: 'bug'; readonly sent: boolean; readonly detail: string }
  | { readonly type: 'found'; readonly receipt: Receipt; readonly matches: boolean; readonly posted: boolean }
  | { readonly type: 'found-refused'; readonly reason: RefusalReason; readonly supplierCode: string }
  | { readonly type: 'absent' }
  | { readonly type: 'look-up-failed'; readonly fault: Fault }
  | {
      readonly type: 'told-posted';
      readonly supplierReference: string | null;
      readonly matches: boolean;
      readonly by: 'notification' | 'settlement';
      readonly businessDate?: string | undefined;
    }
  | {
      readonly type: 'told-refused';
      readonly reason: RefusalReason;
      readonly supplierCode: string;
      readonly by: 'notification';
    }
  /** A complete settlement of its day, and of the next, does not have it. */
  | { readonly type: 'told-absent'; readonly by: 'settlement' }
  | { readonly type: 'found-hold'; readonly found: HoldFound; readonly matches: boolean }
  | { readonly type: 'reference-taken' };

/** Why a supplier refused, as kept on the operation. */
export interface Rejection {
  readonly reason: RefusalReason;
  readonly supplierCode: string | null;
}

/**
 * What an operation becomes. Absent fields stay as they are; `null` clears. Times are offsets from the database's clock at the
 * commit; a final state has no next action.
 */
export interface Decision {
  readonly to: WriteState | RedemptionState;
  readonly nextActionInMs: number | null;
  /** Not before this instant either, unless the platform has asked for something meanwhile. */
  readonly wakeAt?: Instant;
  readonly supplierReference?: string;
  readonly rejection?: Rejection;
  readonly reviewReason?: ReviewReason | null;
  readonly evidence?: Json;
  readonly resume?: string;
  readonly businessDate?: string;
  readonly unknownSince?: 'now' | null;
  readonly everSent?: true;
  readonly lookups?: number;
  readonly absences?: number;
  readonly notSentTries?: number;
  /** A redemption begins this step: what was counted for the step before starts anew. */
  readonly step?: RedemptionStep;
  readonly intent?: Intent | null;
  readonly hold?: Hold;
  /** How long the platform wants what it asks for now. */
  readonly deadlineInMs?: number;
}

/** What to do with an operation whose next action is due. */
export type Plan =
  /** `to` and `step` only where a send begins a step of a redemption. */
  | { readonly act: 'send' | 'repeat' | 'look-up'; readonly decision?: Pick<Decision, 'to' | 'step'> }
  | { readonly act: 'become'; readonly decision: Decision };
