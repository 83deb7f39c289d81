import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest, StoredAnswer } from '../answer.js';
import type { ReversalRequest } from '../operation/ports.js';
import type { Decision } from '../operation/snapshot.js';
import type { Act } from '../redemption/ports.js';
import type { Standing } from './actions-on.js';
import type { SettleEvidence } from './settle.js';
import type { ApprovalRow, CaseFile, Hit, MemberIndex, RequeueRow, ShownItem, Sought } from './rows.js';
import type { ApprovalAct, ApprovalState, FoundBy, RequeueScope, SupportFilter } from './support.js';

export type { Act, ApprovalState, FoundBy, ReversalRequest, Standing, SupportFilter };
export type {
  ApprovalRow,
  AttemptRow,
  CaseFile,
  Hit,
  MemberIndex,
  RequeueItemRow,
  RequeueRow,
  ShownItem,
  Sought,
} from './rows.js';

/** An act that is asked for; `actKey` is the same for the same act, so that twenty clicks are one. */
export interface NewApproval {
  readonly id: string;
  readonly act: ApprovalAct;
  readonly actKey: Buffer;
  readonly evidence: SettleEvidence | null;
  readonly validForMs: number;
}

/** What an action comes to: done at once, asked for, or begun elsewhere already. */
export type Acting = Act | { readonly act: 'ask'; readonly approval: NewApproval } | { readonly act: 'begun' };

/** An operation under its lock, beside how it stood when the act was asked for. */
export interface Subject {
  readonly standing: Standing;
  /** `fingerprintOf` it then. */
  readonly stood: string;
}

/** What the desk needs of the store. Effect, audit and stored answer commit together. */
export interface OperationDesk {
  list(caller: Caller, filter: SupportFilter, page: PageRequest): Promise<Page<Standing>>;
  file(caller: Caller, operationId: string): Promise<CaseFile | null>;
  /** What an earlier request with this key was answered, if there was one. */
  answered(caller: Caller, request: IdempotentRequest): Promise<Answer | null>;
  /** `judge` is given the operation as it stands, locked; it throws what keeps the act from being done. */
  act(asked: {
    readonly caller: Caller;
    readonly operationId: string;
    readonly action: string;
    readonly reason: string;
    readonly request: IdempotentRequest;
    readonly judge: (standing: Standing | null) => Acting;
    /** Of what cannot be undone by comparing: how it stood when it was asked for. */
    readonly fingerprint: (standing: Standing) => string;
    readonly answer: (standing: Standing, approval: ApprovalRow | null) => StoredAnswer;
  }): Promise<Answer>;
  /** A reversal as its platform would ask for it, with its audit. */
  reverse(asked: ReversalRequest & { readonly reason: string }): Promise<Answer>;
}

export interface ApprovalBook {
  /** Those that wait first, then newest first. `everybody`: the operator, who sees all tenants'. */
  list(
    caller: Caller,
    sees: Sees,
    filter: { readonly state?: ApprovalState | undefined },
    page: PageRequest,
  ): Promise<Page<ApprovalRow>>;
  get(caller: Caller, sees: Sees, approvalId: string): Promise<ApprovalRow | null>;
  /** Whose suppliers' rules an approval's operations follow. */
  connections(approval: ApprovalRow): Promise<readonly string[]>;
  /**
   * Decides under the locks of the operations and of the approval. `check` throws what keeps it from being decided;
   * `carryOut` says for each operation what becomes of it, `null` where it has moved on. Throws
   * `SUPPLIER_REFERENCE_TAKEN` with nothing changed.
   */
  decide(asked: {
    readonly caller: Caller;
    readonly sees: Sees;
    readonly approvalId: string;
    readonly decision: 'approve' | 'decline';
    readonly reason: string;
    readonly request: IdempotentRequest;
    readonly check: (approval: ApprovalRow | null) => void;
    readonly carryOut: (approval: ApprovalRow, subject: Subject) => Decision | null;
    readonly answer: (approval: ApprovalRow) => StoredAnswer;
  }): Promise<Answer>;
}

/** Whose approvals a caller may see and decide. */
export type Sees = 'own' | 'everybody';

export interface RequeueStore {
  /** What a scope holds, oldest first. Throws 404 for operations of nobody, 422 for more than `atMost` and for none. */
  holds(caller: Caller, scope: RequeueScope, atMost: number): Promise<readonly Standing[]>;
  /** Writes down what is shown. */
  preview(asked: {
    readonly caller: Caller;
    readonly requeue: Pick<RequeueRow, 'id' | 'scope' | 'action' | 'reason' | 'digest'>;
    readonly items: readonly ShownItem[];
    readonly request: IdempotentRequest;
    readonly answer: (row: RequeueRow) => StoredAnswer;
  }): Promise<Answer>;
  get(caller: Caller, requeueId: string): Promise<RequeueRow | null>;
  /** The run that a preview has had. */
  runOf(caller: Caller, previewId: string): Promise<RequeueRow | null>;
  /** The operations of a preview as they stand, those left out aside. */
  subjects(caller: Caller, previewId: string): Promise<readonly Subject[]>;
  /**
   * Carries a preview out: a resync that has begun already, or an approval that is asked for, where `verify` throws for
   * what has moved on, under the locks. A preview that has a run already gives that.
   */
  run(asked: {
    readonly caller: Caller;
    readonly id: string;
    readonly preview: RequeueRow;
    readonly reason: string;
    readonly request: IdempotentRequest;
    readonly by:
      | { readonly resyncId: string }
      | { readonly approval: NewApproval; readonly verify: (subject: Subject) => void };
    readonly answer: (row: RequeueRow) => StoredAnswer;
  }): Promise<Answer>;
}

export interface SearchStore {
  /** Links first, then operations, each newest first; at most `limit` of each way to find something. */
  find(caller: Caller, sought: Sought, limit: number): Promise<readonly Hit[]>;
  /** Whether one of these numbers is linked at the tenant; without one, at any. */
  knows(tenantId: string | null, numbers: readonly MemberIndex[]): Promise<boolean>;
}
