import type { OperationState } from '../../spec/operation.js';
import type { Json } from '../../spec/values.js';
import type { Standing, WhyNot } from './actions-on.js';
import type { SettleEvidence } from './settle.js';
import type {
  ApprovalAct,
  ApprovalState,
  HitView,
  RequeueAction,
  RequeueResult,
  RequeueScope,
  RequeueState,
} from './support.js';

/** An attempt as it is stored; nothing in it names a member. */
export interface AttemptRow {
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly action: 'send' | 'repeat' | 'look-up';
  readonly effect: 'read' | 'write';
  readonly outcome: string | null;
  readonly status: number | null;
  readonly latencyMs: number | null;
  readonly detail: string | null;
  readonly exchanges: Json;
}

export interface EventRow {
  readonly at: Date;
  readonly type: string;
  readonly fromState: string | null;
  readonly toState: string;
  readonly detail: Json;
}

/** Everything about one operation. */
export interface CaseFile {
  readonly standing: Standing;
  readonly attempts: readonly AttemptRow[];
  readonly events: readonly EventRow[];
  readonly approvals: readonly ApprovalRow[];
}

/** An approval as it is stored; `state` says `expired` from the moment it is. Ids are UUIDs, those of keys too. */
export interface ApprovalRow {
  readonly tenantId: string;
  readonly id: string;
  readonly act: ApprovalAct;
  readonly state: ApprovalState;
  readonly operationId: string | null;
  readonly requeueId: string | null;
  readonly evidence: SettleEvidence | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
  readonly decidedAt: Date | null;
}

export interface RequeueItemRow {
  readonly operationId: string;
  readonly state: OperationState;
  readonly stood: string;
  readonly leftOut: WhyNot | null;
  readonly result: RequeueResult | null;
}

/** An operation as a preview shows it. */
export type ShownItem = Omit<RequeueItemRow, 'result'>;

/** A requeue as it is stored; ids are UUIDs, those of the scope too. */
export interface RequeueRow {
  readonly tenantId: string;
  readonly id: string;
  readonly action: RequeueAction;
  readonly dryRun: boolean;
  readonly scope: RequeueScope;
  readonly reason: string;
  readonly previewId: string | null;
  readonly state: RequeueState;
  readonly digest: string;
  readonly resyncId: string | null;
  readonly approval: ApprovalRow | null;
  readonly items: readonly RequeueItemRow[];
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** What a query may mean; absent fields cannot be meant. */
export interface Sought {
  readonly text: string;
  readonly linkId?: string | undefined;
  readonly operationId?: string | undefined;
  /** Our own reference: 20 digits. */
  readonly reference?: string | undefined;
  /** Blind indexes of what would be a member number at these schemes. */
  readonly numbers: readonly MemberIndex[];
}

/** A member number as it can be looked for without being named. */
export interface MemberIndex {
  readonly scheme: string;
  readonly index: Buffer;
}

/** What was found, ids as UUIDs. */
export type Hit = Omit<HitView, 'createdAt'> & { readonly createdAt: Date };
