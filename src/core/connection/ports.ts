import type { TimingName } from '../../spec/scheme.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest, Page, PageRequest, StoredAnswer } from '../answer.js';
import type { ConnectionFacts, Incident, Supplier, Work } from '../supplier/ports.js';
import type { ConnectionFilter } from './connections.js';
import type { Standing } from './standing.js';

export type { ConnectionFilter, Incident, Standing, Work };

/** A connection as administration sees it: everything but its secrets. `settings` are its own, without its scheme's. */
export interface ConnectionRow extends ConnectionFacts {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly timing: TimingName;
  readonly reason: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewConnection = Pick<ConnectionRow, 'id' | 'scheme' | 'tenantId' | 'settings' | 'timing'> & {
  readonly secrets: Buffer;
  /** Why it is made, for the audit. */
  readonly reason: string;
};

/** What becomes of a connection; what is not named stays. */
export interface ConnectionChange {
  /** The act as the audit names it, such as `connection.pause`. */
  readonly act: string;
  readonly settings?: ConnectionRow['settings'] | undefined;
  readonly secrets?: Buffer | undefined;
  readonly timing?: TimingName | undefined;
  readonly standing: Standing;
  readonly reason: string;
  /** A UUID of the request whose act this is, where it is to be done once: again, it changes nothing. */
  readonly once?: string | undefined;
}

/** The operator's data key as it is stored, wrapped. */
export interface WrappedKey {
  readonly version: number;
  readonly wrapped: Buffer;
}

/**
 * Connections as people change them. Every change commits with its incidents, its audit row and the wake-ups of what waited, and
 * raises the version, by which other processes notice it.
 */
export interface ConnectionDesk {
  /** Throws 409 where scheme and tenant have one, 422 for a tenant that is none. The same id again is what was made. */
  create(
    caller: Caller,
    connection: NewConnection,
    request: IdempotentRequest,
    answer: (row: ConnectionRow) => StoredAnswer,
  ): Promise<Answer>;
  /** What an earlier request with this key was answered; `null`, too, for one that died before. */
  answered(caller: Caller, request: IdempotentRequest): Promise<Answer | null>;
  /** Changes a connection for a request, which keeps its answer. Throws 404 where there is no such connection. */
  act(
    caller: Caller,
    id: string,
    asked: {
      readonly request: IdempotentRequest;
      readonly judge: (row: ConnectionRow) => ConnectionChange | null;
      readonly answer: (row: ConnectionRow) => StoredAnswer;
    },
  ): Promise<Answer>;
  get(id: string): Promise<ConnectionRow | null>;
  list(caller: Caller, filter: ConnectionFilter, page: PageRequest): Promise<Page<ConnectionRow>>;
  /** The tenant's own connection to a scheme, else the shared one, as it is stored now. */
  used(tenantId: string, scheme: string): Promise<ConnectionRow | null>;
  /** `judge` sees the row under its lock; `null` changes nothing. Gives the row as it is then, `null` when there is none. */
  change(
    caller: Caller,
    id: string,
    judge: (row: ConnectionRow) => ConnectionChange | null,
  ): Promise<{ readonly row: ConnectionRow; readonly changed: boolean } | null>;
  /** The operator's key for connections; made by `mint` when there is none yet. */
  operatorKey(mint: () => WrappedKey): Promise<WrappedKey>;
}

/** What a connection would be, in clear. */
export interface Candidate {
  readonly id: string;
  readonly scheme: string;
  readonly tenantId: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly timing: TimingName;
}

/** Runs something with a supplier configured as the candidate says, past every cache. Throws what the configuration throws. */
export type TryOut = <T>(candidate: Candidate, work: (supplier: Supplier) => Promise<T>) => Promise<T>;

/** What keeps secrets secret. */
export interface Strongbox {
  readonly mint: () => WrappedKey;
  seal(key: WrappedKey, connectionId: string, secrets: Readonly<Record<string, unknown>>): Buffer;
  /** A connection's secrets in clear; `null` when there is no such connection. */
  open(connectionId: string): Promise<Readonly<Record<string, unknown>> | null>;
}

/** What stands in a connection's rows of limits, breakers and incidents. */
export interface Impediments {
  /** Calls a second as of now: what throttling has left of the limit; `null` where neither is. */
  readonly effectivePerSecond: number | null;
  readonly breakers: readonly {
    readonly work: Work;
    readonly state: 'open' | 'half-open';
    readonly openedAt: Date;
    readonly probeAt: Date;
  }[];
  /** Open ones first, then the latest. */
  readonly incidents: readonly Pick<Incident, 'id' | 'kind' | 'work' | 'reason' | 'openedAt' | 'closedAt'>[];
}

/** What support reads of a scheme. */
export interface SchemeReads {
  impediments(connectionId: string, perSecond: number | null): Promise<Impediments>;
  /** How many operations of the caller at a scheme have not come to an end, by state. */
  open(caller: Caller, scheme: string): Promise<Readonly<Record<string, number>>>;
  /** Connections with an open breaker of writes or look-ups. */
  degraded(): Promise<ReadonlySet<string>>;
  /** How many operations wait for a connection, counted no further than `atMost`. */
  waiting(connectionId: string, atMost: number): Promise<number>;
}
