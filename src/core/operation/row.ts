import type { Activity } from '../../spec/activity.js';
import type { OperationKind, OperationState, RedemptionStep, ReviewReason } from '../../spec/operation.js';
import type { Hold, Reward } from '../../spec/reward.js';
import type { Json } from '../../spec/values.js';
import type { Intent, Rejection } from './snapshot.js';

/** An operation as it is stored: the only truth about it. Ids are UUIDs, points positive magnitudes. */
export interface OperationRow {
  readonly tenantId: string;
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly step: RedemptionStep | null;
  /** What the platform has asked of a redemption and is not done yet. */
  readonly intent: Intent | null;
  readonly scheme: string;
  readonly connectionId: string;
  readonly linkId: string;
  readonly organisation: string | null;
  readonly reference: string;
  readonly clientReference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly activity: Activity | null;
  readonly activityKey: string | null;
  readonly points: number;
  readonly bonusPoints: number;
  readonly supplierReference: string | null;
  readonly rejection: Rejection | null;
  readonly reviewReason: ReviewReason | null;
  readonly evidence: Json;
  readonly reason: string | null;
  readonly termsVersion: string | null;
  readonly originalId: string | null;
  readonly quoteId: string | null;
  readonly reward: Reward | null;
  readonly hold: Hold | null;
  readonly businessDate: string | null;
  readonly notBefore: Date | null;
  readonly deadlineAt: Date;
  readonly nextActionAt: Date | null;
  readonly attempts: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An operation about to be written for the first time. */
export type NewOperation = Omit<
  OperationRow,
  | 'step'
  | 'intent'
  | 'supplierReference'
  | 'rejection'
  | 'evidence'
  | 'businessDate'
  | 'attempts'
  | 'version'
  | 'updatedAt'
>;
