import type { Clock } from '../../src/limits/clock.js';

/** A clock that stands until it is moved. */
export interface FakeClock extends Clock {
  /** Lets so much time pass; what is due is run in its order, and what follows from it at once with it. */
  readonly pass: (ms: number) => Promise<void>;
  /** How many timers are set. */
  readonly timers: () => number;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

export function fakeClock(): FakeClock {
  let now = 1_000_000;
  let timers: readonly Timer[] = [];

  const due = (until: number): Timer | undefined =>
    timers
      .filter(({ at }) => at <= until)
      .reduce<Timer | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined);

  return {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + Math.max(0, ms), run };
      timers = [...timers, timer];
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    pass: async (ms) => {
      const until = now + ms;
      await settled();
      for (let next = due(until); next !== undefined; next = due(until)) {
        const timer = next;
        timers = timers.filter((one) => one !== timer);
        now = Math.max(now, timer.at);
        timer.run();
        await settled();
      }
      now = until;
    },
    timers: () => timers.length,
  };
}

/** Everything that only waits for other promises has come to its end. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
