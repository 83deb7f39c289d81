import type { RequestEnd, Work } from '../../spec/request.js';
import type { Limits } from '../../spec/scheme.js';

export type { RequestEnd, Work };

/** Who is served first when a connection's quota is short: what a platform waits for, what support asked, what the night does. */
export type Priority = 'live' | 'support' | 'nightly';

/** What the gate has to know of a connection. */
export interface Limited {
  readonly connectionId: string;
  readonly limits: Limits;
}

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
  /**
   * Resolves once at least one call may begin, and after a second with none. Never rejects but for an aborted signal. `works` are the
   * kinds that the caller can use, writes and look-ups without a word: of others it is let no probe.
   */
  admit(
    connection: Limited,
    priority: Priority,
    wanted: number,
    signal: AbortSignal,
    works?: readonly Work[],
  ): Promise<Admission>;
  /**
   * A request is about to go out. Waits for its turn, at most `withinMs`; throws `AdapterFault` `not-sent` (`local limit`, `breaker
   * open`) when it may not go. What it resolves with is told once how the request ended: each kind of work has a breaker of its own.
   */
  enter(
    connection: Limited,
    request: {
      readonly work: Work;
      readonly priority: Priority;
      readonly admitted: boolean;
      readonly withinMs: number;
    },
    signal: AbortSignal,
  ): Promise<(end: RequestEnd) => void>;
  /**
   * The supplier said that it did not process a call for want of quota. Halves the rate, once for calls that were out together, and
   * a request that ended `busy` within the last tenth of a second was no failure.
   */
  throttled(connectionId: string): void;
}

/** A wish for the next places in the line of a connection's calls. */
export interface PlacesWanted {
  readonly connectionId: string;
  /** As configured; `null` where only throttling sets a rate. */
  readonly perSecond: number | null;
  readonly priority: Priority;
  readonly wanted: number;
  /** How far ahead the first place has to lie to be of use, in milliseconds. */
  readonly leadMs: number;
}

/**
 * Places in the line, by the database's clock in Unix milliseconds: the first at `firstAt`, the others `everyMs` apart. `inTurn`: got
 * although live work reserves ahead, so that the lane does not starve. `waitMs`: when to ask again for more.
 */
export type Places =
  | { readonly limited: false }
  | {
      readonly limited: true;
      readonly nowAt: number;
      readonly count: number;
      readonly firstAt: number;
      readonly everyMs: number;
      readonly inTurn: boolean;
      readonly waitMs: number;
    };

/** A connection's quota as the fleet shares it. */
export interface QuotaRows {
  readonly lease: (wanted: PlacesWanted) => Promise<Places>;
  /** Halves the rate, unless that was done within the last second. `measured` is what this process last sent in a second. */
  readonly throttle: (connectionId: string, perSecond: number | null, measured: number) => Promise<void>;
  /**
   * Repeated sends out of the fleet's budget. `firsts` and `begun` are the first and the repeated sends since this process asked last;
   * the latter were begun on trust and are counted whatever is left.
   */
  readonly repeats: (asked: {
    readonly connectionId: string;
    readonly firsts: number;
    readonly begun: number;
    readonly wanted: number;
  }) => Promise<{ readonly granted: number; readonly waitMs: number }>;
}

/** How requests of one kind ended since it was told last. */
export interface Tally {
  readonly connectionId: string;
  readonly work: Work;
  readonly calls: number;
  readonly failures: number;
}

/** How a connection stands in the fleet: which breakers are open and when the next probe is due, in milliseconds. */
export interface Standing {
  readonly connectionId: string;
  readonly throttled: boolean;
  readonly open: readonly { readonly work: Work; readonly probeInMs: number }[];
}

/** The answer to a wish to probe; `waitMs`: somebody else's turn, or too early. */
export type ProbeTurn = { readonly token: string } | { readonly waitMs: number } | 'closed';

/** The breakers as the fleet shares them. */
export interface BreakerRows {
  /**
   * Adds how requests ended, opens the breakers that have seen too many failures, each with its incident, and keeps the leases of
   * `probes`. Gives how `connections` stand after that.
   */
  readonly tell: (
    tallies: readonly Tally[],
    probes: readonly string[],
    connections: readonly string[],
  ) => Promise<readonly Standing[]>;
  /** Takes the fleet's one probe, for a quarter of a minute unless `tell` keeps it. */
  readonly probe: (connectionId: string, work: Work) => Promise<ProbeTurn>;
  /** Ends a probe: `passed` closes the breaker and its incident, `failed` doubles its time, `released` lets somebody else have it. */
  readonly settle: (token: string, end: 'passed' | 'failed' | 'released') => Promise<void>;
}
