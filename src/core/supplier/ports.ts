import type { AnyAdapter, Context } from '../../spec/adapter.js';
import type { Limits, Scheme, Timing, TimingName } from '../../spec/scheme.js';
import type { Json } from '../../spec/values.js';

/** How long a worker's claim still holds, in milliseconds of the monotonic clock. */
export interface Lease {
  readonly remainingMs: () => number;
}

/** One exchange with a supplier as it may be kept: redacted. */
export type Exchange = { readonly [key: string]: Json } & { readonly status: number | null };

/** What a call to a supplier is given beside its input. `secrets` must appear in no record of it. */
export interface CallOptions {
  readonly secrets: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly lease?: Lease | undefined;
  readonly observe?: ((exchange: Exchange) => void) | undefined;
  /** Who waits for the call; `live` without a word. */
  readonly priority?: Priority | undefined;
  /** The gate has let this call in already: its first request asks no more. */
  readonly admitted?: boolean | undefined;
}

/** What a call is to its supplier; each has a breaker of its own. A `file` comes through `Http.download`. */
export type Work = 'write' | 'look-up' | 'file';

/** Who is served first when a connection's quota is short: what a platform waits for, what support asked, what the night does. */
export type Priority = 'live' | 'support' | 'nightly';

/** Calls of a connection that may begin now. What is let in and not begun is given back, or lapses within a second by itself. */
export interface Admission {
  /** Calls in all. */
  readonly calls: number;
  /** How many of them may be writes, and how many look-ups: none while that breaker is open, one where this is the probe of the fleet. */
  readonly writes: number;
  readonly lookUps: number;
  /** How many of the writes may be ones that were sent before: the retry budget. */
  readonly repeats: number;
  /** When to ask again for what was not let in, in milliseconds. */
  readonly waitMs: number;
  /** Gives back what was not begun, by what was begun. */
  readonly settle: (begun: { readonly writes: number; readonly lookUps: number; readonly repeats: number }) => void;
}

/**
 * The limiter, the retry budget and the breakers of every connection, the same for the whole fleet. Quota is counted per request to
 * the supplier.
 */
export interface Gate {
  /** Resolves once at least one call may begin, and after a second with none. Never rejects but for an aborted signal. */
  admit(
    supplier: Pick<Supplier, 'connectionId' | 'limits'>,
    priority: Priority,
    wanted: number,
    signal: AbortSignal,
  ): Promise<Admission>;
  /**
   * A request is about to go out. Waits for its turn, at most `withinMs`; throws `AdapterFault` `not-sent` (`local limit`, `breaker
   * open`) when it may not go.
   */
  enter(
    supplier: Pick<Supplier, 'connectionId' | 'limits'>,
    request: {
      readonly work: Work;
      readonly priority: Priority;
      readonly admitted: boolean;
      readonly withinMs: number;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** How it ended: `failed` for a timeout, a refused or broken connection and 5xx, `throttled` for 429. */
  left(connectionId: string, work: Work, end: 'answered' | 'failed' | 'throttled'): void;
  /** The supplier said that it did not process a call for want of quota. Halves the rate, once for calls that were out together. */
  throttled(connectionId: string): void;
}

/** What stands against a connection; one stands for all operations inside it, from its opening to its end. */
export interface Incident {
  readonly id: string;
  readonly connectionId: string;
  readonly scheme: string;
  readonly kind: 'paused' | 'auth-failed' | 'breaker' | 'stuck';
  /** Whose breaker; `null` for the other kinds. */
  readonly work: Work | null;
  readonly reason: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

/** Takes connections out of service and back. Each change and its incident are one commit. */
export interface ConnectionGuard {
  /** Our credentials are refused. `false` when the connection was not live. */
  authFailed(connectionId: string, reason: string): Promise<boolean>;
  /** Opens an incident unless one of its kind stands; `false` then. */
  open(connectionId: string, kind: 'stuck', reason: string): Promise<boolean>;
  /** Ends the incident of that kind; `false` when there is none. */
  close(connectionId: string, kind: 'stuck'): Promise<boolean>;
}

/** A connection to a supplier, its adapter configured with the connection's settings and secrets. */
export interface Supplier {
  readonly connectionId: string;
  readonly scheme: Scheme;
  readonly adapter: AnyAdapter;
  /** Opaque outside the adapter that made it. */
  readonly config: never;
  readonly timing: Timing;
  readonly limits: Limits;
  readonly context: (options: CallOptions) => Context<never>;
}

/** There is no such connection; any other failure to reach one may pass. */
export class UnknownConnection extends Error {
  override readonly name = 'UnknownConnection';
}

/** The suppliers as they are connected now. */
export interface Suppliers {
  /** Throws `UnknownConnection`, or another error when its scheme or settings are unusable or the store cannot be read. */
  of(connectionId: string): Promise<Supplier>;
  /** The tenant's own connection for a scheme, else the shared one; `null` when there is none. */
  connectionFor(tenantId: string, scheme: string): Promise<ConnectionFacts | null>;
}

/** Whose credentials are used and whether they may be. */
export interface ConnectionFacts {
  readonly id: string;
  readonly scheme: string;
  readonly tenantId: string | null;
  readonly state: 'live' | 'paused' | 'auth-failed';
}

/** A connection as it is stored, with the operator's wrapped key that opens its secrets. */
export interface StoredConnection extends ConnectionFacts {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Buffer;
  readonly wrappedKey: Buffer;
  readonly keyVersion: number;
  readonly timing: TimingName;
  readonly version: number;
}

/** Connections change rarely and are asked for often; whoever caches them decides for how long. */
export interface ConnectionStore {
  get(connectionId: string): Promise<StoredConnection | null>;
  all(): Promise<readonly ConnectionFacts[]>;
}
