import type { OperationKind, OperationState } from '../../spec/operation.js';
import type { Instant, Json } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest } from '../answer.js';
import type { OperationView } from '../operation/operations.js';
import type { NextAction, SupportAction, WhyNot } from './actions-on.js';
import type { SettleEvidence } from './settle.js';

/** The contract's `SupportOperation`: an operation with what can be done about it, and why the rest cannot. */
export interface SupportOperationView {
  readonly operation: OperationView;
  readonly actions: readonly NextAction[];
  readonly notNow: readonly { readonly action: SupportAction; readonly why: WhyNot; readonly message: string }[];
}

/** The contract's `SupportAttempt`. */
export interface AttemptView {
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly action: 'send' | 'repeat' | 'look-up';
  readonly effect: 'read' | 'write';
  readonly outcome: string | null;
  readonly status: number | null;
  readonly latencyMs: number | null;
  readonly detail: string | null;
  readonly exchanges: Json;
}

/** The contract's `SupportCase`: everything about one operation. */
export interface SupportCaseView extends SupportOperationView {
  readonly attempts: readonly AttemptView[];
  readonly timeline: readonly {
    readonly at: Instant;
    readonly subject: string;
    readonly type: string;
    readonly from: string | null;
    readonly to: string;
    readonly detail: Json;
  }[];
  readonly approvals: readonly ApprovalView[];
}

export const APPROVAL_ACTS = ['resend', 'settle', 'requeue'] as const;
export type ApprovalAct = (typeof APPROVAL_ACTS)[number];

/** `expired`: nobody decided in time; `overtaken`: approved, but what it is about had moved on. */
export const APPROVAL_STATES = ['pending', 'approved', 'declined', 'expired', 'overtaken'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** The contract's `Approval`. */
export interface ApprovalView {
  readonly id: string;
  readonly act: ApprovalAct;
  readonly state: ApprovalState;
  readonly operationId: string | null;
  readonly requeueId: string | null;
  readonly evidence: SettleEvidence | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
  readonly decidedAt: Instant | null;
}

/** Which operations a requeue is about: what fits all that are given. Without a list those that wait for a person. */
export interface RequeueScope {
  readonly scheme?: string | undefined;
  readonly reviewReason?: string | undefined;
  /** Seconds since acceptance, at least. */
  readonly olderThan?: number | undefined;
  readonly operationIds?: readonly string[] | undefined;
}

export const REQUEUE_ACTIONS = ['look-up', 'resend'] as const satisfies readonly SupportAction[];
export type RequeueAction = (typeof REQUEUE_ACTIONS)[number];

export const REQUEUE_STATES = ['previewed', 'awaiting-approval', 'done', 'declined', 'expired', 'overtaken'] as const;
export type RequeueState = (typeof REQUEUE_STATES)[number];

/** `overtaken`: it had moved on before the second person approved. */
export const REQUEUE_RESULTS = ['looked-up', 'queued', 'overtaken'] as const;
export type RequeueResult = (typeof REQUEUE_RESULTS)[number];

/** The contract's `Requeue`. */
export interface RequeueView {
  readonly id: string;
  readonly state: RequeueState;
  readonly action: RequeueAction;
  readonly dryRun: boolean;
  readonly scope: RequeueScope;
  readonly reason: string;
  readonly previewId: string | null;
  readonly total: number;
  readonly leftOut: number;
  readonly digest: string;
  readonly approval: ApprovalView | null;
  readonly resyncId: string | null;
  readonly items: readonly {
    readonly operationId: string;
    readonly state: OperationState;
    readonly leftOut: WhyNot | null;
    readonly message: string | null;
    readonly result: RequeueResult | null;
  }[];
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
}

/** By what something was found. */
export type FoundBy =
  | 'id'
  | 'reference'
  | 'member-number'
  | 'traveller-reference'
  | 'ticket'
  | 'booking'
  | 'supplier-reference';

/** The contract's `SupportHit`. */
export interface HitView {
  readonly kind: 'link' | 'operation';
  readonly id: string;
  readonly why: FoundBy;
  readonly scheme: string;
  readonly state: string;
  readonly linkId: string;
  /** Masked. */
  readonly memberNumber: string;
  readonly travellerRef: string;
  readonly organisation: string | null;
  readonly operationKind: OperationKind | null;
  readonly points: number | null;
  readonly createdAt: Instant;
}

export interface SupportFilter {
  readonly state?: OperationState | undefined;
  readonly scheme?: string | undefined;
  readonly reviewReason?: string | undefined;
  /** Seconds since acceptance, at least. */
  readonly olderThan?: number | undefined;
  readonly order: 'newest' | 'oldest';
}

export interface ActOnOperation {
  readonly operationId: string;
  readonly action: SupportAction;
  readonly reason: string;
  /** Of `settle`. */
  readonly evidence?: SettleEvidence | undefined;
}

export interface DecideApproval {
  readonly approvalId: string;
  readonly decision: 'approve' | 'decline';
  readonly reason: string;
}

export interface RequeueOperations {
  readonly scope: RequeueScope;
  readonly action: RequeueAction;
  readonly dryRun: boolean;
  /** What was shown; a run has one, a preview none. */
  readonly previewId?: string | undefined;
  readonly reason: string;
}

type Language = 'zh' | 'en';

/** What support does about operations. Ids are UUIDs in, public ids out. */
export interface Support {
  list(
    caller: Caller,
    filter: SupportFilter,
    page: PageRequest,
    language: Language,
  ): Promise<Page<SupportOperationView>>;
  get(caller: Caller, operationId: string, language: Language): Promise<SupportCaseView>;
  /** 409 `ACTION_NOT_POSSIBLE` unless `actionsOn` offers it; `resend` and `settle` ask for a second person. */
  act(caller: Caller, input: ActOnOperation, request: IdempotentRequest, language: Language): Promise<Answer>;
  approvals(
    caller: Caller,
    filter: { readonly state?: ApprovalState | undefined },
    page: PageRequest,
  ): Promise<Page<ApprovalView>>;
  approval(caller: Caller, approvalId: string): Promise<ApprovalView>;
  /** 403 `SECOND_PERSON_NEEDED` for the key that asked, 409 `APPROVAL_STATE` once it is decided or has expired. */
  decide(caller: Caller, input: DecideApproval, request: IdempotentRequest): Promise<Answer>;
  /** 409 `REQUEUE_CHANGED` when an operation of the preview has moved on. */
  requeue(caller: Caller, input: RequeueOperations, request: IdempotentRequest, language: Language): Promise<Answer>;
  getRequeue(caller: Caller, requeueId: string, language: Language): Promise<RequeueView>;
  search(caller: Caller, query: string): Promise<{ readonly items: readonly HitView[]; readonly more: boolean }>;
}
