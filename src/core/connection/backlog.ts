import type { Limits } from '../../spec/scheme.js';
import { Problem } from '../problem.js';

export interface BacklogDeps {
  /** What a connection may take. */
  readonly limits: (connectionId: string) => Promise<Limits>;
  /** How many operations wait for it, counted no further than `atMost`. */
  readonly waiting: (connectionId: string, atMost: number) => Promise<number>;
  /** Milliseconds that only rise. */
  readonly nowMs: () => number;
  /** Told of a count that failed: until one succeeds what was last known is held to; before the first nothing is refused. */
  readonly onError: (error: unknown) => void;
}

/** Refuses new work for a connection that has too much waiting already, by a count that is about a second old. */
export interface Backlog {
  /**
   * One more operation for a connection. Throws 503 `BACKLOG_FULL` when it would be one too many, and `Uncounted` when nobody has
   * counted lately; it never waits.
   */
  admit(connectionId: string): void;
  /** Whether one more would be refused, as far as is known. */
  isFull(connectionId: string): boolean;
  /** Counts now. Never rejects. */
  count(connectionId: string): Promise<void>;
}

/** The connection's backlog is not known: count, and ask again. */
export class Uncounted extends Problem {
  constructor(readonly connectionId: string) {
    super('BACKLOG_FULL', { retryAfterSeconds: 1 });
  }
}

/** A count is followed by the next when somebody asks after this time; one much older tells nothing. */
const FRESH_MS = 1_000;
const STALE_MS = 5_000;
/** Retry-After lies between these, in seconds. */
const SOONEST = 1;
const LATEST = 60;
/** Who is refused is asked to come back when so much of the bound has drained, so that they need not come often. */
const ROOM = 0.1;
/** How much the latest count says of the rate at which a backlog drains. */
const WEIGHT = 0.3;

interface Count {
  readonly at: number;
  readonly waiting: number;
  readonly limits: Limits | null;
  /** Operations a second by which the backlog drains, measured while it was below its bound; `null`: not measured yet. */
  readonly drain: number | null;
  /** Admitted here since. */
  admitted: number;
}

const NOTHING_KNOWN = { waiting: 0, limits: null, drain: null, admitted: 0 } as const;

/** One per process. What other processes admit within a second is not seen here, so the bound is passed by that much and no more. */
export function createBacklog(deps: BacklogDeps): Backlog {
  const counts = new Map<string, Count>();
  const counting = new Map<string, Promise<void>>();

  const read = async (connectionId: string): Promise<void> => {
    const before = counts.get(connectionId);
    const admittedBefore = before?.admitted ?? 0;
    try {
      const limits = await deps.limits(connectionId);
      const waiting = await deps.waiting(connectionId, limits.backlog);
      const at = deps.nowMs();
      // What was admitted while it was counted may be in the count already; counting it again errs on the safe side.
      const admitted = (before?.admitted ?? 0) - admittedBefore;
      counts.set(connectionId, {
        at,
        waiting,
        limits,
        drain: drained(before, admittedBefore, { at, waiting }),
        admitted,
      });
    } catch (error) {
      deps.onError(error);
      counts.set(connectionId, { ...(counts.get(connectionId) ?? NOTHING_KNOWN), at: deps.nowMs() });
    }
  };

  const count = (connectionId: string): Promise<void> => {
    const running = counting.get(connectionId);
    if (running !== undefined) return running;
    const started = read(connectionId).finally(() => counting.delete(connectionId));
    counting.set(connectionId, started);
    return started;
  };

  /** What is known and tells something; the next count begins when that is not of this second. */
  const lately = (connectionId: string): Count | undefined => {
    const known = counts.get(connectionId);
    if (known === undefined) return undefined;
    const age = deps.nowMs() - known.at;
    if (age > STALE_MS) return undefined;
    if (age > FRESH_MS) void count(connectionId);
    return known;
  };

  return {
    count,
    isFull: (connectionId) => {
      const known = lately(connectionId);
      return known !== undefined && retryAfter(known) !== null;
    },
    admit: (connectionId) => {
      const known = lately(connectionId);
      if (known === undefined) throw new Uncounted(connectionId);
      const retryAfterSeconds = retryAfter(known);
      if (retryAfterSeconds !== null) throw new Problem('BACKLOG_FULL', { retryAfterSeconds });
      known.admitted += 1;
    },
  };
}

/** A count stops at the bound, so that a backlog that stays there tells nothing of how it drains. */
function drained(
  before: Count | undefined,
  admitted: number,
  now: { readonly at: number; readonly waiting: number },
): number | null {
  if (before === undefined || before.limits === null || now.at <= before.at) return before?.drain ?? null;
  if (now.waiting >= before.limits.backlog) return before.drain;
  const rate = Math.max(0, ((before.waiting + admitted - now.waiting) * 1_000) / (now.at - before.at));
  return before.drain === null ? rate : before.drain * (1 - WEIGHT) + rate * WEIGHT;
}

/** In how many seconds there may be room; `null` while there is. */
function retryAfter({ waiting, admitted, limits, drain }: Count): number | null {
  if (limits === null || waiting + admitted < limits.backlog) return null;
  const { backlog, perSecond } = limits;
  const rate = drain ?? perSecond ?? 0;
  const seconds = rate <= 0 ? LATEST : Math.ceil((backlog * ROOM) / rate);
  return Math.min(LATEST, Math.max(SOONEST, seconds));
}
