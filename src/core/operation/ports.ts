import type { Activity } from '../../spec/activity.js';
import type { Reward } from '../../spec/reward.js';
import type { Json } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest, StoredAnswer } from '../answer.js';
import type { LinkFacts, SealedMember } from '../link/facts.js';
import type { OperationFilter } from './operations.js';
import type { NewOperation, OperationRow } from './row.js';
import type { Decision, Plan, Snapshot } from './snapshot.js';

export type { LinkFacts, NewOperation, OperationFilter, OperationRow, Decision, Plan, SealedMember, Snapshot };

/** An operation as an answer, with where to read it again. */
export type OperationAnswer = StoredAnswer & { readonly operationId: string };

/** Renders an operation: as it is accepted (202), or as it was found under the same activity (200). */
export interface OperationAnswers {
  accepted(operation: NewOperation): OperationAnswer;
  existing(operation: OperationRow): OperationAnswer;
}

/** Queues of operations' wake-ups; `lookup` also carries everything that needs no supplier. */
export type Lane = 'live' | 'lookup';

/** Every queue there is: `nightly` wakes reconciliation runs, `support` resyncs; their hints name runs instead of operations. */
export type QueueLane = Lane | 'support' | 'nightly';

/** An accrual waiting to be accepted; `prepare` is called inside the transaction, with the link as it stands there. */
export interface AccrualRequest {
  readonly caller: Caller;
  readonly linkId: string;
  readonly activityKey: string;
  readonly id: string;
  readonly request: IdempotentRequest;
  readonly answers: OperationAnswers;
  readonly prepare: (link: LinkFacts | null, now: Date) => NewOperation;
}

/**
 * A reversal or a refund waiting to be accepted; `prepare` is called with the original's row locked, `taken` without the key's own
 * holder.
 */
export interface ReversalRequest {
  readonly caller: Caller;
  readonly kind: 'reversal' | 'refund';
  readonly originalId: string;
  readonly activityKey: string | null;
  readonly id: string;
  readonly request: IdempotentRequest;
  readonly answers: OperationAnswers;
  readonly prepare: (
    original: OperationRow | null,
    taken: { readonly points: number; readonly open: number },
    link: LinkFacts | null,
    now: Date,
  ) => NewOperation;
}

/** The operation that a reversal or a refund takes back. */
export interface OriginalFacts {
  readonly reference: string;
  readonly supplierReference: string | null;
  readonly activity: Activity | null;
  readonly reward: Reward | null;
  readonly points: number;
  readonly bonusPoints: number;
}

/** An operation taken under a lease; nobody else acts on it until the lease ends. */
export interface Claimed extends LookSubject {
  readonly snapshot: Snapshot;
  readonly act: 'send' | 'repeat' | 'look-up';
  readonly token: string;
  readonly startedAt: string;
}

/** An operation with what asking the supplier about it takes. */
export interface LookSubject {
  readonly operation: OperationRow;
  readonly resume: string | null;
  readonly member: SealedMember;
  readonly original: OriginalFacts | null;
}

export interface ClaimRequest {
  readonly connectionId: string;
  readonly lane: Lane;
  /** Operations the wake-up named, and no others; without any whatever is due, tenants taking turns, each one's oldest first. */
  readonly hints: readonly { readonly tenantId: string; readonly id: string }[];
  /** `own`: only what may go on without the supplier. A connection that is not live gets no other steps, whatever is asked here. */
  readonly steps: 'any' | 'own';
  readonly limit: number;
  readonly leaseMs: number;
  /** Asked again for the same operation when the transaction has to be run again. */
  readonly plan: (operation: OperationRow, snapshot: Snapshot) => Plan | Deferral;
}

/** The operation's call was not let in: it stays as it is and is due again in so many milliseconds. Burns no try, leaves no event. */
export interface Deferral {
  readonly act: 'defer';
  readonly forMs: number;
}

/** How an attempt ended, for people who look at it later. Nothing in it names a member. */
export interface AttemptReport {
  readonly outcome: string;
  readonly status: number | null;
  readonly latencyMs: number;
  readonly detail: string | null;
  readonly exchanges: Json;
}

/** An attempt that has ended and is committed, for those who count; nothing in it names a member. */
export interface AttemptEnd {
  readonly operationId: string;
  readonly tenantId: string;
  readonly scheme: string;
  readonly connectionId: string;
  readonly kind: OperationRow['kind'];
  readonly act: Claimed['act'];
  /** As in `AttemptReport`. */
  readonly outcome: string;
  readonly latencyMs: number;
  readonly from: OperationRow['state'];
  readonly to: OperationRow['state'];
  readonly createdAt: Date;
}

/** An operation that was set aside for our own fault: it cannot be read or planned, or ends the processes that carry it. */
export interface Quarantined {
  readonly operationId: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly scheme: string;
}

/** What is stuck on a connection, and whether an incident says so already. */
export interface StuckWork {
  readonly connectionId: string;
  readonly scheme: string;
  /** How many operations are stuck, by state; none when all is well again. */
  readonly counts: Readonly<Record<string, number>>;
  readonly told: boolean;
}

/** The end of a claim: what was decided, and how the attempt went. */
export interface Completion {
  readonly claimed: Claimed;
  readonly decision: Decision;
  readonly report: AttemptReport;
}

/** What the engine needs of the store. Every change is a compare-and-set with its event and its wake-up in one transaction. */
export interface OperationStore {
  acceptAccrual(request: AccrualRequest): Promise<Answer>;
  acceptReversal(request: ReversalRequest): Promise<Answer>;
  claim(request: ClaimRequest): Promise<readonly Claimed[]>;
  /** `stale` when somebody else changed the operation meanwhile; nothing was written then. `taken`: its supplier reference is another operation's. */
  complete(completion: Completion): Promise<'applied' | 'stale' | 'reference-taken'>;
  /** Applies evidence to an operation as it stands, locked. Answers what `judge` decided, null when that changed nothing. */
  evidence(
    tenantId: string,
    operationId: string,
    judge: (operation: OperationRow, snapshot: Snapshot, member: SealedMember) => Decision | null,
  ): Promise<Decision | null | 'reference-taken'>;
  /** What a look at the supplier needs of an operation, without a lease. */
  subject(tenantId: string, operationId: string): Promise<(LookSubject & { readonly snapshot: Snapshot }) | null>;
  get(caller: Caller, id: string): Promise<OperationRow | null>;
  list(caller: Caller, filter: OperationFilter, page: PageRequest): Promise<Page<OperationRow>>;
}

/** Told of an operation that came to rest, for those who wait for it. */
export interface RestWatch {
  rested(operationId: string, seconds: number): Promise<boolean>;
}

/** Wake-ups of one connection and lane, wanted in `delayMs`; no hints means whatever is due. */
export interface WakeUp {
  readonly lane: QueueLane;
  readonly connectionId: string;
  readonly delayMs: number;
  readonly hints: ClaimRequest['hints'];
}

/** Where wake-ups wait for a worker. At least once and in no order; losing them all costs seconds. */
export interface WakeQueue {
  add(wakeUps: readonly WakeUp[]): Promise<void>;
  close(): Promise<void>;
}

/** Wake-ups that committed with the work they are for. */
export interface Outbox {
  /** Hands up to `limit` to `publish` and forgets them once that resolves; gives back how many. */
  publish(limit: number, publish: (wakeUps: readonly WakeUp[]) => Promise<void>): Promise<number>;
  /** Connections with something overdue: whatever became of its wake-up. */
  overdue(): Promise<readonly { readonly lane: QueueLane; readonly connectionId: string }[]>;
}
