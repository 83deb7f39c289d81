import type {
  BreakerRows,
  Places,
  PlacesWanted,
  ProbeTurn,
  QuotaRows,
  Tally,
  Work,
} from '../../src/core/supplier/ports.js';
import type { Clock } from '../../src/limits/clock.js';

/** Rows of one connection in memory, as a fleet without contention would see them. */
export interface FakeRows {
  readonly quotas: QuotaRows;
  readonly breakers: BreakerRows;
  /** What the gates asked, oldest first. */
  readonly asked: { name: string; what: unknown }[];
  /** What becomes of the next questions. */
  readonly state: {
    down: boolean;
    throttled: boolean;
    /** How long an answer to a lease takes, in milliseconds. */
    answerMs: number;
    /** Granted by the next questions for repeats. */
    repeats: number[];
    open: Partial<Record<Work, number>>;
    probe: ProbeTurn;
  };
}

/** How far the database's clock is ahead of the process's. */
const AHEAD_MS = 7_000_000;
const RESERVED_AHEAD_MS = 400;
const SLICE_S = 0.2;

export function fakeRows(clock: Clock): FakeRows {
  const asked: FakeRows['asked'] = [];
  const state: FakeRows['state'] = {
    down: false,
    throttled: false,
    answerMs: 0,
    repeats: [],
    open: {},
    probe: { waitMs: 500 },
  };
  let nextAt = 0;

  const ask = (name: string, what: unknown): Promise<void> => {
    asked.push({ name, what });
    return state.down ? Promise.reject(new Error('no database')) : Promise.resolve();
  };

  const lease = async (wanted: PlacesWanted): Promise<Places> => {
    await ask('lease', wanted);
    const { perSecond, leadMs } = wanted;
    if (perSecond === null) return { limited: false };
    const nowAt = clock.now() + AHEAD_MS;
    const firstAt = Math.max(nextAt, nowAt + leadMs);
    const within = Math.ceil(((nowAt + leadMs + RESERVED_AHEAD_MS - firstAt) * perSecond) / 1000);
    const count = Math.max(0, Math.min(wanted.wanted, Math.ceil(perSecond * SLICE_S), within));
    nextAt = firstAt + (count * 1000) / perSecond;
    const waitMs = Math.max(0, nextAt - RESERVED_AHEAD_MS / 2 - leadMs - nowAt);
    if (state.answerMs > 0) await new Promise<void>((resolve) => clock.after(state.answerMs, resolve));
    return { limited: true, nowAt, count, firstAt, everyMs: 1000 / perSecond, inTurn: false, waitMs };
  };

  return {
    asked,
    state,
    quotas: {
      lease,
      throttle: (...what) => ask('throttle', what),
      repeats: async (what) => {
        await ask('repeats', what);
        return { granted: state.repeats.shift() ?? 0, waitMs: 200 };
      },
    },
    breakers: {
      tell: async (tallies: readonly Tally[], probes, connections) => {
        await ask('tell', { tallies, probes });
        const open = Object.entries(state.open).map(([work, probeInMs]) => ({ work: work as Work, probeInMs }));
        return connections.map((connectionId) => ({ connectionId, throttled: state.throttled, open }));
      },
      probe: async (_connectionId, work) => {
        await ask('probe', work);
        return state.probe;
      },
      settle: (token, end) => ask('settle', { token, end }),
    },
  };
}
