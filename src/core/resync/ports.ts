import type { OperationState } from '../../spec/operation.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest, StoredAnswer } from '../answer.js';
import type { LookResult, ResyncScope, ResyncState } from './resyncs.js';

export type { LookResult, ResyncScope, ResyncState };

/** A resync as it is stored. Ids are UUIDs, those of the scope too. */
export interface ResyncRow {
  readonly tenantId: string;
  readonly id: string;
  readonly organisation: string | null;
  readonly scope: ResyncScope;
  readonly dryRun: boolean;
  readonly reason: string;
  /** The public id of the key that asked for it. */
  readonly requestedBy: string;
  readonly state: ResyncState;
  readonly total: number;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** How far a resync has come; supplier calls count from the first, those that told nothing too. */
export interface ResyncProgress {
  readonly done: number;
  readonly changed: number;
  readonly calls: number;
  /** Results that nothing came to are missing. */
  readonly counts: Readonly<Partial<Record<LookResult, number>>>;
}

/** A resync waiting to be accepted. What its scope holds is found out inside the transaction that writes it. */
export interface ResyncRequest {
  readonly caller: Caller;
  readonly request: IdempotentRequest;
  readonly resync: Pick<
    ResyncRow,
    'tenantId' | 'id' | 'organisation' | 'scope' | 'dryRun' | 'reason' | 'requestedBy'
  > & {
    /** The same for every resync that would look at the same in the same way. */
    readonly scopeKey: Buffer;
  };
  /** What the scope comes down to: all that was sent in it, or only what is open or disputed. */
  readonly holds: 'everything' | 'open-or-disputed';
  /** Whether the account of the link is looked at beside its operations. */
  readonly account: 'with-account' | 'without-account';
  readonly atMost: number;
  /** Renders a resync as it was accepted. */
  readonly answer: (row: ResyncRow) => StoredAnswer;
}

/** One thing to look at: an operation, or without one the account of the link. */
export interface ResyncItem {
  readonly seq: number;
  readonly linkId: string;
  readonly operationId: string | null;
  readonly connectionId: string;
  /** Looks at it that told nothing. */
  readonly tries: number;
}

/** A resync under a lease, with what to look at next; nobody else works for its tenant until the lease ends. */
export interface Turn {
  readonly tenantId: string;
  readonly resyncId: string;
  readonly dryRun: boolean;
  /** Turns in a row that an error of our own ended with nothing done. */
  readonly stalls: number;
  readonly token: string;
  readonly items: readonly ResyncItem[];
}

/** What a look at one thing came to. */
export interface LookedAt {
  readonly result: LookResult;
  /** Whether it changed something, or in a dry run would. */
  readonly changed: boolean;
  readonly from: OperationState | null;
  readonly to: OperationState | null;
  readonly calls: number;
}

/** What is left of a resync: not looked at yet, to be looked at again, and that of connections left alone for now. */
export interface LeftOver {
  readonly fresh: number;
  readonly again: number;
  readonly heldBack: number;
}

/** How a turn ends; `handOn` wakes whoever is there, since this process does not go on with it by itself. */
export type TurnEnd =
  | { readonly to: 'completed' | 'failed' }
  | {
      readonly to: 'running';
      readonly againInMs: number;
      readonly stalls: number;
      readonly wake: 'hand-on' | 'goes-on-here';
    };

export type ResyncItemRow = Pick<ResyncItem, 'linkId' | 'operationId'> & Omit<LookedAt, 'changed'>;

export interface ResyncStore {
  /**
   * Writes resync, items, key and wake-up in one transaction, or joins the resync over the same scope that is not at
   * rest yet. Throws 404 for ids of nobody or of another tenant, 422 for a scope that holds nothing or too much.
   */
  start(request: ResyncRequest): Promise<Answer>;
  get(caller: Caller, id: string): Promise<(ResyncRow & ResyncProgress) | null>;
  /**
   * In the order in which they are looked at, those with nothing to tell left out; `null` when there is no such
   * resync.
   */
  items(caller: Caller, id: string, page: PageRequest): Promise<Page<ResyncItemRow> | null>;
  /** Tenants with a resync that is due. */
  tenantsDue(): Promise<readonly string[]>;
  /**
   * Takes the tenant's resync that has waited longest under a lease, after it has taken over what others of the
   * tenant found since it was asked for. `null` when none is due, or while another one of the tenant is at work.
   * `except` are connections left alone now.
   */
  take(
    tenantId: string,
    options: { readonly leaseMs: number; readonly items: number; readonly except: readonly string[] },
  ): Promise<Turn | null>;
  /** Keeps what an item came to, or that it told nothing, and renews the lease; false when the lease has passed on. */
  record(
    turn: Turn,
    item: ResyncItem,
    outcome: LookedAt | { readonly result: null; readonly calls: number },
    leaseMs: number,
  ): Promise<boolean>;
  /** Gives the lease back; nothing happens when it has passed on. */
  end(turn: Turn, except: readonly string[], judge: (left: LeftOver) => TurnEnd): Promise<void>;
  /**
   * Whether `BreakBook.confirmed` would resolve something: a look shows that an operation stands, not that it stands
   * only once.
   */
  isAnswerable(tenantId: string, operationId: string): Promise<boolean>;
  /**
   * Whether an operation could take this supplier reference: nobody else's operation of the scheme has it. Writes
   * nothing.
   */
  referenceIsFree(
    operation: { readonly tenantId: string; readonly id: string; readonly scheme: string },
    supplierReference: string,
  ): Promise<boolean>;
}
