import type { Activity, ActivityType } from './activity.js';
import type { RefusalReason } from './errors.js';
import type { Notification } from './notification.js';
import type { Reward, RewardType } from './reward.js';
import type { SettlementDay, SettlementLine } from './settlement.js';
import type { Holder, HolderName, Instant, LocalDate, Points } from './values.js';

/** One HTTP exchange with a supplier. `effect` has no default: it decides what a lost answer means. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly effect: 'read' | 'write';
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The exact bytes to send; an adapter that signs a body signs this text. */
  readonly body?: string | undefined;
}

/** Header names are lower case. `body` is the decoded UTF-8 text, at most 1 MiB. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The only way to a supplier. `send` resolves for every complete HTTP answer, whatever its status, and throws `AdapterFault`:
 * `not-sent` when no byte can have reached the supplier (refused connection, failed name look-up, TLS, a lease too short to
 * begin a write), `unknown-outcome` for everything else (timeout, reset, truncated or oversized answer). Never retries, never follows redirects.
 */
export interface Http {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** As `send`, for files: the bytes as they came, at most 64 MiB. The effect is always `read`, the time limits those of files. */
  download(request: Omit<HttpRequest, 'effect' | 'body'>): Promise<Download>;
}

/** A file as it came over the wire, not unpacked. Header names are lower case. */
export interface Download {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/**
 * Credentials that cost a call (an OAuth token), shared by all calls of one connection. `get` returns the cached value or makes
 * one, single flight; `drop` forgets a value the supplier has just refused, if it is still the cached one.
 */
export interface TokenCache {
  get(name: string, make: () => Promise<{ readonly value: string; readonly ttlMs: number }>): Promise<string>;
  drop(name: string, value: string): void;
}

/** Everything an adapter may touch; it reads no clock, environment or file of its own. `now` is Unix milliseconds. */
export interface Context<C> {
  readonly config: C;
  readonly http: Http;
  readonly tokens: TokenCache;
  readonly now: () => number;
  readonly nonce: () => string;
  readonly signal: AbortSignal;
}

/** The supplier's own ids of a member, kept encrypted on the link and handed back with every later call. */
export type MemberHandle = Readonly<Record<string, string>>;

/** A linked member as an adapter sees it. */
export interface Member {
  readonly number: string;
  readonly name: HolderName;
  readonly handle: MemberHandle;
}

/** What `verify` learnt. Thrown `rejected` faults carry the refusal. */
export interface Verified {
  readonly handle: MemberHandle;
  readonly tier?: string | undefined;
}

/** A lot of points that ends on a date, as the supplier states it. */
export interface ExpiringLot {
  readonly points: Points;
  readonly expiresOn: LocalDate;
}

/** What the supplier says a member has. A balance that is missing in its answer is a fault, never 0. */
export interface Account {
  readonly available: Points;
  readonly pending?: Points | undefined;
  readonly held?: Points | undefined;
  readonly tier?:
    | {
        readonly code: string;
        readonly progress?:
          | { readonly current: number; readonly next?: number | undefined; readonly unit: string }
          | undefined;
      }
    | undefined;
  readonly expiring?: readonly ExpiringLot[] | undefined;
}

/** One line of the member's own statement, signed from the member. */
export interface StatementLine {
  readonly supplierReference: string;
  readonly reference?: string | undefined;
  readonly points: Points;
  readonly kind: string;
  readonly date: LocalDate;
  readonly description?: string | undefined;
}

/**
 * What every attempt of one operation is given, the same each time.
 * `reference` is ours: 20 decimal digits, minted before the first attempt. `createdAt` is when the operation was accepted.
 * `resume` is the token of an earlier unknown outcome of this operation, if the supplier gave one.
 */
export interface Attempt {
  readonly reference: string;
  readonly createdAt: Instant;
  readonly resume?: string | undefined;
}

export interface AccrualInput {
  readonly member: Member;
  readonly activity: Activity;
  readonly points: Points;
  readonly bonusPoints: Points;
}

export interface ReversalInput {
  readonly member: Member;
  /** The accrual being reversed, as it was posted. */
  readonly original: {
    readonly reference: string;
    readonly supplierReference: string;
    readonly activity: Activity;
    readonly points: Points;
    readonly bonusPoints: Points;
  };
  /** How many points to take back, a positive magnitude. */
  readonly points: Points;
  readonly reason: string;
}

export interface RedemptionInput {
  readonly member: Member;
  readonly reward: Reward;
  /** A positive magnitude. */
  readonly points: Points;
}

export interface RefundInput {
  readonly member: Member;
  /** The redemption being refunded, as it was confirmed. */
  readonly original: {
    readonly reference: string;
    readonly supplierReference: string;
    readonly reward: Reward;
    readonly points: Points;
  };
  /** How many points to give back, a positive magnitude. */
  readonly points: Points;
  readonly reason: string;
}

/**
 * The supplier's acknowledgement of a write. The echoes are what the supplier said it did, for comparison with what was asked
 * (points as a positive magnitude, bonus included); leave out what the answer does not carry.
 * `final: false` means accepted and posted later.
 */
export interface Receipt {
  readonly supplierReference?: string | undefined;
  readonly final: boolean;
  readonly echo: {
    readonly reference?: string | undefined;
    readonly points?: Points | undefined;
    readonly memberNumber?: string | undefined;
  };
  readonly businessDate?: LocalDate | undefined;
  /** When the supplier lets go of held points by itself; only a hold's receipt has it. */
  readonly holdExpiresAt?: Instant | undefined;
}

/** What a look-up found. `absent` is only evidence; the core decides when to believe it. */
export type Found =
  | { readonly found: 'posted'; readonly receipt: Receipt }
  | { readonly found: 'accepted'; readonly receipt: Receipt }
  | { readonly found: 'refused'; readonly reason: RefusalReason; readonly supplierCode: string }
  | { readonly found: 'absent' };

/** What a look-up of a redemption with a hold found: where the supplier has it. `absent` means that nothing was ever held. */
export type HoldFound =
  | { readonly found: 'held'; readonly receipt: Receipt }
  | { readonly found: 'confirmed'; readonly receipt: Receipt }
  | { readonly found: 'released' }
  | { readonly found: 'expired' }
  | { readonly found: 'absent' };

export type Perform<I, C> = (context: Context<C>, input: I, attempt: Attempt) => Promise<Receipt>;
export type Find<I, C, F = Found> = (context: Context<C>, input: I, attempt: Attempt) => Promise<F>;

/**
 * How a write is recovered after a lost answer.
 * - `key`: the supplier deduplicates on our reference for `windowMs`.
 * - `lookup`: `find` tells; "not found" is believed only when the last attempt is older than `conclusiveAfterMs`, and twice when `eventual`.
 * - `none`: parked until a file, a push or a person decides.
 */
export type Write<I, C, F = Found> =
  | {
      readonly idempotency: 'key';
      readonly windowMs: (config: C) => number;
      readonly perform: Perform<I, C>;
      readonly find?: Find<I, C, F>;
      readonly conclusiveAfterMs?: (config: C) => number;
    }
  | {
      readonly idempotency: 'lookup';
      readonly conclusiveAfterMs: (config: C) => number;
      readonly eventual: boolean;
      readonly perform: Perform<I, C>;
      readonly find: Find<I, C, F>;
    }
  | { readonly idempotency: 'none'; readonly oneOpenAtATime: boolean; readonly perform: Perform<I, C> };

/** `name` is the spelling that the scheme's name rule picked; `form` holds what the scheme's link form asked for. */
export interface VerifyInput {
  readonly memberNumber: string;
  readonly name: HolderName;
  readonly document?: Holder['document'];
  readonly form: Readonly<Record<string, string>>;
}

export interface Linking<C> {
  readonly method: 'credentials';
  readonly verify: (context: Context<C>, input: VerifyInput) => Promise<Verified>;
}

export interface MemberPort<C> {
  readonly account: (context: Context<C>, member: Member) => Promise<Account>;
  readonly statement?: (
    context: Context<C>,
    member: Member,
    range: { readonly since: LocalDate; readonly until: LocalDate },
  ) => Promise<readonly StatementLine[]>;
}

export interface AccrualPort<C> {
  /** The activity types this supplier's contract can carry. */
  readonly activities: readonly ActivityType[];
  readonly accrue: Write<AccrualInput, C>;
  readonly reverse?: Write<ReversalInput, C>;
}

/** A step of a redemption with a hold. Every step of one redemption carries the same reference, each in a key space of its own. */
export type HoldStep<C> = Write<RedemptionInput, C, HoldFound>;

/**
 * How points are spent. `rewards` are the reward types that this supplier's contract can carry. `hold-first`: the supplier sets the
 * points aside and spends them at the confirm; `one-step`: it only knows the confirm, and the hold is a reservation in our books.
 */
export type RedemptionPort<C> = {
  readonly rewards: readonly RewardType[];
  readonly refund?: Write<RefundInput, C>;
} & (
  | { readonly flow: 'one-step'; readonly confirm: Write<RedemptionInput, C> }
  | {
      readonly flow: 'hold-first';
      readonly hold: HoldStep<C>;
      readonly confirm: HoldStep<C>;
      readonly release: HoldStep<C>;
    }
);

/**
 * A day's settlement as it was taken in. `closed`: nothing can join that day any more, so that what is missing is missing;
 * `closedAt`: when it was closed, where the supplier says so.
 */
export type TakenIn =
  | { readonly found: 'not-yet' }
  | {
      readonly found: 'input';
      readonly bytes: Uint8Array;
      readonly closed: boolean;
      readonly closedAt?: Instant | undefined;
    };

/**
 * A supplier's own account of a day. Coverage `ours`: only what we sent; `member`: everything the members did. `fetch` gives the
 * input as it is kept (a file's bytes; a listing's records, one JSON text a line, in a stable order); it throws like every read.
 * `parse` is pure: the same bytes give the same lines. It throws `SettlementFault` where the input contradicts itself, its totals or
 * the day, before or between lines, and nothing of such an input is believed.
 */
export interface SettlementPort<C> {
  readonly coverage: 'ours' | 'member';
  readonly fetch: (context: Context<C>, day: SettlementDay) => Promise<TakenIn>;
  readonly parse: (bytes: Uint8Array, day: SettlementDay, config: C) => Iterable<SettlementLine>;
}

/** A supplier's push as it came in, before anything is believed. Header names are lower case; `path` includes the query. */
export interface RawPush {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Pure and synchronous: `verify` before `parse`, always. `nowMs` is Unix milliseconds. */
export interface InboundPort<C> {
  readonly verify: (
    push: RawPush,
    config: C,
    nowMs: number,
  ) => { readonly ok: true; readonly eventId: string } | { readonly ok: false };
  readonly parse: (push: RawPush) => readonly Notification[];
}

/** Where a connection's settings and secrets come from; `configure` refuses unknown fields. */
export interface RawConfig {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

/** Our translation of one supplier platform's contract. A capability is the presence of a port. */
export interface LoyaltyAdapter<C> {
  readonly spec: 1;
  readonly id: string;
  readonly contract: { readonly document: string; readonly version: string };
  readonly configure: (raw: RawConfig) => C;
  readonly linking?: Linking<C>;
  readonly member?: MemberPort<C>;
  readonly accrual?: AccrualPort<C>;
  readonly redemption?: RedemptionPort<C>;
  readonly settlement?: SettlementPort<C>;
  readonly inbound?: InboundPort<C>;
  /** Where brands of one platform differ in their ports: the adapter as a scheme's own settings make it. */
  readonly forSettings?: (settings: RawConfig['settings']) => LoyaltyAdapter<C>;
}

/** Gives an adapter its types; returns it unchanged. */
export function defineAdapter<C>(adapter: LoyaltyAdapter<C>): LoyaltyAdapter<C> {
  return adapter;
}

/** An adapter whose configuration type is forgotten, as the registry holds it. */
export type AnyAdapter = LoyaltyAdapter<never>;
