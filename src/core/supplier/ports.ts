import type { AnyAdapter, Context } from '../../spec/adapter.js';
import type { Limits, Scheme, Timing, TimingName } from '../../spec/scheme.js';
import type { Json } from '../../spec/values.js';
import type { Priority, Work } from './gate.js';

export type * from './gate.js';

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
  /**
   * A call's credentials were refused, after the adapter's own refresh. The first time it is remembered, until a call is accepted;
   * the second time, in whatever process, the connection becomes `auth-failed`: `true` then. What was called by an earlier version
   * of the connection says nothing about this one.
   */
  authFailed(connectionId: string, version: number, reason: string): Promise<boolean>;
  /** Opens an incident unless one of its kind stands; `false` then. */
  open(connectionId: string, kind: 'stuck', reason: string): Promise<boolean>;
  /** Ends the incident of that kind; `false` when there is none. */
  close(connectionId: string, kind: 'stuck'): Promise<boolean>;
}

/** A connection to a supplier, its adapter configured with the connection's settings and secrets. */
export interface Supplier {
  readonly connectionId: string;
  /** Of the connection's settings and secrets that `config` was made of. */
  readonly version: number;
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
