import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler, Router } from 'express';
import type { BookRow, Books } from './engine/books.js';
import type { BusinessDays } from './engine/business-days.js';
import type { Clock } from './engine/clock.js';
import type { Member, Members } from './engine/members.js';
import type { SandboxScheme } from './engine/scheme-file.js';
import type { Settlement } from './engine/settlement.js';
import type { Collection } from './engine/store.js';

/** One request as it came over the wire, its body read whole. */
export interface WireRequest {
  readonly method: string;
  /** Path and query exactly as on the request line: what a signature covers. */
  readonly target: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The time that goes into the answer, Unix milliseconds: the clock's, unless this answer's clock is skewed. */
  readonly stampedAt: number;
}

/** What goes back: a text and a Buffer as they are, anything else as JSON, nothing where `body` is absent. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  /** The same answer echoing another amount or reference, for the fault of that name; absent where nothing is echoed. */
  readonly wrongEchoes?: readonly unknown[] | undefined;
}

/**
 * A platform's answer to a request, and at once its commit point: whatever the request changes is changed inside this
 * call, synchronously, or not at all. The engine decides when it is called, if at all, and whether its answer arrives.
 */
export type Handler = (request: WireRequest) => WireAnswer;

/** A notification to the partner. The same `eventId` is sent until it was taken. */
export interface Push {
  readonly eventId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the engine gives a platform to play one scheme with. */
export interface Parts {
  readonly clock: Clock;
  readonly members: Members;
  readonly books: Books;
  readonly days: BusinessDays;
  /** What the supplier tells the partner of a date afterwards, planted breaks included. */
  readonly settlement: Pick<Settlement, 'lines' | 'listing'>;
  readonly push: (push: Push) => void;
  /** Does something of its own in `ms`, committed like a request; at once when the sandbox stops before. */
  readonly later: (ms: number, work: () => void) => void;
  /** Records of the platform's own, kept as long as the books are. */
  readonly collection: <T>(name: string) => Collection<T>;
  /** Makes a route of a handler, with everything that may go wrong between the wire and it. */
  readonly serve: (handler: Handler) => RequestHandler;
}

/** One scheme being played. */
export interface Play {
  /** The supplier's routes, relative to `/{scheme}`. */
  readonly router: Router;
  /** What the scheme's link form asks of a member. */
  readonly form: (member: Member) => Readonly<Record<string, string>>;
  /** The nightly run, while a business date is being closed. */
  readonly nightly?: (businessDate: string) => void;
  /** A date's settlement in the supplier's own format, before it is packed; absent where the supplier has no such file. */
  readonly settlementFile?: (businessDate: string) => string;
  /** The supplier has posted by itself. */
  readonly posted?: (row: BookRow) => void;
}

/** A supplier's platform: a plain object that plays any scheme whose `adapter` names it. */
export interface Platform {
  readonly adapter: string;
  readonly open: (scheme: SandboxScheme, parts: Parts) => Play;
  /** The answer to a request that is one too many; no contract of ours documents it but cn-partner's. */
  readonly throttled: (headers: Readonly<Record<string, string>>) => WireAnswer;
  /** A 503 that the contract defines as "not processed", where it does. */
  readonly busy?: () => WireAnswer;
  /** Headers that prove where a push comes from. */
  readonly signPush?: (scheme: SandboxScheme, push: OutgoingPush) => Readonly<Record<string, string>>;
}

/** A push about to be sent: path and query of the partner's URL, the exact body, the supplier's time in Unix milliseconds. */
export interface OutgoingPush {
  readonly target: string;
  readonly body: string;
  readonly at: number;
}

/** The balance of a member now; a clawback can make it negative. */
export function balanceOf(parts: Pick<Parts, 'books'>, member: Member): number {
  return member.opening + parts.books.sumOf(member.number);
}
