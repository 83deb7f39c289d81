import type { OperationState } from '../../spec/operation.js';
import type { Instant } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest } from '../answer.js';

/**
 * What is looked at again: at least one field, and all that are given. A list, a link or a window means everything in
 * it; a scheme alone means what is open there and what reconciliation disputes. `from` is included, `to` is not; both
 * are times of acceptance.
 */
export interface ResyncScope {
  readonly scheme?: string | undefined;
  readonly linkId?: string | undefined;
  readonly operationIds?: readonly string[] | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

export interface StartResync {
  readonly scope: ResyncScope;
  /** Looks and tells what would change; changes nothing. */
  readonly dryRun: boolean;
  readonly reason: string;
}

export const RESYNC_STATES = ['queued', 'running', 'completed', 'failed'] as const;
export type ResyncState = (typeof RESYNC_STATES)[number];

/**
 * What looking at one thing came to. `settled`: an open operation moved; `confirmed`: the supplier says what we say,
 * and a break about it is resolved; `differs`: it says otherwise, which is a break; `refreshed`: an account was read
 * anew; `unchanged`: nothing new, absence included; `in-flight`: a send is under way, nothing to look at;
 * `cannot-look`: the scheme has no look-up for it; `unreachable`: the supplier gave no usable answer.
 */
export const LOOK_RESULTS = [
  'settled',
  'confirmed',
  'differs',
  'refreshed',
  'unchanged',
  'in-flight',
  'cannot-look',
  'unreachable',
] as const;
export type LookResult = (typeof LOOK_RESULTS)[number];

/** The contract's `Resync`. */
export interface ResyncView {
  readonly id: string;
  readonly state: ResyncState;
  readonly dryRun: boolean;
  readonly scope: ResyncScope;
  readonly reason: string;
  readonly total: number;
  readonly done: number;
  /** How many changed, or in a dry run would. */
  readonly changed: number;
  /** Supplier calls made; of a dry run also what the run would cost. */
  readonly quotaCost: number;
  /** Whose quota they come out of. */
  readonly lane: 'support';
  readonly counts: Readonly<Record<LookResult, number>>;
  readonly createdAt: Instant;
  readonly finishedAt: Instant | null;
}

/** One thing that was looked at: what changed, or in a dry run would. */
export interface ResyncItemView {
  readonly operationId: string | null;
  readonly linkId: string;
  readonly result: LookResult;
  readonly from: OperationState | null;
  readonly to: OperationState | null;
  readonly calls: number;
}

/** The use cases of resync. Looking again sends nothing and empties nothing. Ids are UUIDs in, public ids out. */
export interface Resyncs {
  /** 202 with the resync; one over the same scope that is not at rest yet is joined, not doubled. */
  start(caller: Caller, input: StartResync, request: IdempotentRequest): Promise<Answer>;
  get(caller: Caller, id: string): Promise<ResyncView>;
  /** What changed, or would, and what could not be looked at. */
  items(caller: Caller, id: string, page: PageRequest): Promise<Page<ResyncItemView>>;
}
