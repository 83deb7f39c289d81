import type { BreakerRows, Standing, Tally, Work } from '../core/supplier/ports.js';
import { type Clock, pause } from './clock.js';

/** What this process knows of the fleet's connections, at most about a second old, and what it has to tell. */
export interface Watch {
  /** Resolves once what is known of the connection is fresh, and after a second in any case. */
  readonly fresh: (connectionId: string) => Promise<void>;
  readonly throttled: (connectionId: string) => boolean;
  /** When a breaker that is open may be probed; `undefined` while it is closed. */
  readonly probeAt: (connectionId: string, work: Work) => number | undefined;
  readonly count: (connectionId: string, work: Work, end: 'answered' | 'failed') => void;
  /** What this process has learnt by itself. */
  readonly learn: (connectionId: string, news: News) => void;
  /** Keeps a probe's lease until what it gives is called. */
  readonly hold: (token: string) => () => void;
  /** Tells what is left and stops. */
  readonly close: () => Promise<void>;
}

export type News =
  | { readonly throttled: boolean }
  | { readonly work: Work; readonly probeAt: number }
  | { readonly work: Work; readonly probeAt: undefined };

/** How often what happened is told, and how old what is known may be. */
const TELL_EVERY_MS = 500;
const FRESH_MS = 1_000;
/** A connection that nobody calls any more is forgotten. */
const FORGET_MS = 5_000;

interface Known {
  readAt: number;
  usedAt: number;
  throttled: boolean;
  readonly open: Map<Work, number>;
  readonly tallies: Map<Work, { calls: number; failures: number }>;
}

export function createWatch(options: {
  readonly rows: Pick<BreakerRows, 'tell'>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): Watch {
  const { clock } = options;
  const known = new Map<string, Known>();
  const probes = new Set<string>();
  let telling: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let timer: (() => void) | undefined;
  let closed = false;

  const of = (connectionId: string): Known => {
    let one = known.get(connectionId);
    if (one === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      one = { readAt: never, usedAt: never, throttled: false, open: new Map(), tallies: new Map() };
      known.set(connectionId, one);
    }
    return one;
  };

  const tell = async (): Promise<void> => {
    const connections = [...known.keys()];
    const tallies = takeTallies(known);
    const askedAt = clock.now();
    try {
      for (const standing of await options.rows.tell(tallies, [...probes], connections)) {
        apply(of(standing.connectionId), standing, askedAt, clock.now());
      }
    } catch (error) {
      options.onError(error);
      // What was known has to do for now.
      for (const id of connections) of(id).readAt = askedAt;
      for (const tally of tallies) add(of(tally.connectionId), tally);
    }
  };

  /** One statement at a time: those who want to know while one is under way share the next. */
  const tellNow = (): Promise<void> => {
    if (telling === undefined) {
      telling = tell().finally(() => {
        telling = undefined;
        schedule();
      });
      return telling;
    }
    next ??= telling.then(() => {
      next = undefined;
      return tellNow();
    });
    return next;
  };

  const schedule = (): void => {
    const idle = clock.now() - FORGET_MS;
    for (const [id, one] of known) if (one.usedAt < idle && one.tallies.size === 0) known.delete(id);
    if (closed || timer !== undefined || (known.size === 0 && probes.size === 0)) return;
    timer = clock.after(TELL_EVERY_MS, () => {
      timer = undefined;
      void tellNow();
    });
  };

  return {
    fresh: async (connectionId) => {
      const one = of(connectionId);
      one.usedAt = clock.now();
      if (closed || one.readAt > clock.now() - FRESH_MS) return;
      const answered = new AbortController();
      await Promise.race([tellNow(), pause(clock, FRESH_MS, answered.signal)]);
      answered.abort();
    },
    throttled: (connectionId) => known.get(connectionId)?.throttled ?? false,
    probeAt: (connectionId, work) => known.get(connectionId)?.open.get(work),
    count: (connectionId, work, end) => {
      add(of(connectionId), { work, calls: 1, failures: end === 'failed' ? 1 : 0 });
      schedule();
    },
    learn: (connectionId, news) => {
      const one = of(connectionId);
      if ('throttled' in news) one.throttled = news.throttled;
      else if (news.probeAt === undefined) one.open.delete(news.work);
      else one.open.set(news.work, news.probeAt);
    },
    hold: (token) => {
      probes.add(token);
      schedule();
      return () => probes.delete(token);
    },
    close: async () => {
      closed = true;
      timer?.();
      await telling;
      if ([...known.values()].some((one) => one.tallies.size > 0)) await tell();
    },
  };
}

function apply(one: Known, { throttled, open }: Standing, askedAt: number, now: number): void {
  one.readAt = askedAt;
  one.throttled = throttled;
  one.open.clear();
  for (const { work, probeInMs } of open) one.open.set(work, now + probeInMs);
}

function takeTallies(known: ReadonlyMap<string, Known>): Tally[] {
  return [...known].flatMap(([connectionId, one]) => {
    const tallies = [...one.tallies].map(([work, tally]) => ({ connectionId, work, ...tally }));
    one.tallies.clear();
    return tallies;
  });
}

function add(one: Known, { work, calls, failures }: Omit<Tally, 'connectionId'>): void {
  const before = one.tallies.get(work);
  one.tallies.set(work, { calls: (before?.calls ?? 0) + calls, failures: (before?.failures ?? 0) + failures });
}
