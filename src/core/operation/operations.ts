import type { Activity } from '../../spec/activity.js';
import type { RefusalReason } from '../../spec/errors.js';
import type { OperationKind, OperationState, RedemptionStep } from '../../spec/operation.js';
import type { Hold, Reward } from '../../spec/reward.js';
import type { Instant, Json } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest } from '../answer.js';

/** The body of `POST /v1/accruals` once validated; `linkId` is a UUID, points are positive magnitudes. */
export interface AcceptAccrual {
  readonly linkId: string;
  readonly activity: Activity;
  readonly points?: number | undefined;
  readonly bonusPoints?: number | undefined;
  readonly notBefore?: Instant | undefined;
  readonly clientReference?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The body of `POST /v1/accruals/{id}/reversal`; without `points` all that is left. */
export interface AcceptReversal {
  readonly accrualId: string;
  readonly points?: number | undefined;
  readonly reason: string;
  readonly clientReference?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The contract's `Operation`. */
export interface OperationView {
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly scheme: string;
  readonly linkId: string;
  readonly organisation: string | null;
  readonly reference: string;
  readonly clientReference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly activity?: Activity;
  readonly reward?: Reward;
  readonly points: number;
  readonly bonusPoints: number;
  readonly supplierReference: string | null;
  readonly attempts: number;
  readonly rejection: {
    readonly reason: RefusalReason;
    readonly supplierCode: string | null;
    readonly message: string;
    readonly fixableBy: string;
  } | null;
  readonly termsVersion: string | null;
  readonly notBefore: Instant | null;
  readonly nextActionAt: Instant | null;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly originalId: string | null;
  readonly quoteId: string | null;
  readonly step: RedemptionStep | null;
  readonly intent: 'confirm' | 'release' | null;
  readonly hold: Hold | null;
  readonly businessDate: string | null;
  readonly evidence: Json;
  readonly reviewReason: string | null;
}

export interface OperationFilter {
  readonly state?: OperationState | undefined;
  readonly kind?: OperationKind | undefined;
  readonly scheme?: string | undefined;
  readonly linkId?: string | undefined;
  /** Accepted at or after, and before. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

/** The use cases around operations. Ids are UUIDs in, public ids out. */
export interface Operations {
  accrue(caller: Caller, input: AcceptAccrual, request: IdempotentRequest): Promise<Answer>;
  reverse(caller: Caller, input: AcceptReversal, request: IdempotentRequest): Promise<Answer>;
  get(caller: Caller, id: string, language: 'zh' | 'en'): Promise<OperationView>;
  /** What happened, what happens next by when, what the traveller should do. */
  explain(caller: Caller, id: string, language: 'zh' | 'en'): Promise<{ readonly sentences: readonly string[] }>;
  list(caller: Caller, filter: OperationFilter, page: PageRequest, language: 'zh' | 'en'): Promise<Page<OperationView>>;
  /** Resolves once the operation is final or rests where only others can move it on, or after `seconds`, with whether it rests. */
  rested(operationId: string, seconds: number): Promise<boolean>;
}
