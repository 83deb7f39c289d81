import { CLOCK_EVERY_MS, createClockRound } from '../core/health/clock-guard.js';
import { type Rounds, startRounds } from '../core/operation/sweeper.js';
import type { Parts } from './parts.js';

type Told = (verdict: 'wrong' | 'right') => Promise<void>;

/** One for a process, however much of its work goes by the clock. */
export interface ClockWatch {
  /** Measures from now on, and tells `told` too when the clock becomes wrong or right. */
  start(told?: Told): void;
  stop(): Promise<void>;
}

export function createClockWatch({ clock, log, failed }: Pick<Parts, 'clock' | 'log' | 'failed'>): ClockWatch {
  const listening: Told[] = [];
  let rounds: Rounds | null = null;
  const run = createClockRound(clock, (verdict, skewMs) => {
    const off = `this machine's clock is ${Math.round(skewMs / 100) / 10} s off the database's`;
    if (verdict === 'right') log.info({ skewMs }, "this machine's clock is right again");
    else log.error({ skewMs }, listening.length > 0 ? `${off}; no work is taken until it is right` : off);
    for (const told of listening) told(verdict).catch(failed('clock'));
  });
  return {
    start: (told) => {
      if (told !== undefined) listening.push(told);
      rounds ??= startRounds([{ name: 'clock', everyMs: CLOCK_EVERY_MS, run }], (error, round) => {
        failed(round)(error);
      });
    },
    stop: async () => {
      await rounds?.stop();
    },
  };
}
