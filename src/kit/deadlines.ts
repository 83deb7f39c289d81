import type { Stop } from './classify.js';

/** Milliseconds: to have a connection, from the request's first byte to the answer's head, and for everything together. */
export interface ExchangeTiming {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/** The clocks of one exchange. The total runs from the start, the others from phase to phase; `clear` ends them all. */
export interface Deadlines {
  readonly connecting: () => void;
  readonly released: () => void;
  readonly answered: () => void;
  readonly clear: () => void;
}

/** Starts the total's clock; whichever runs out first calls `stop`. */
export function startDeadlines(timing: ExchangeTiming, stop: (why: Stop) => void): Deadlines {
  const total = setTimeout(stop, timing.totalMs, 'total-timeout' satisfies Stop);
  let phase: NodeJS.Timeout | undefined;
  const next = (ms: number, why: Stop): void => {
    clearTimeout(phase);
    phase = setTimeout(stop, ms, why);
  };
  return {
    connecting: () => next(timing.connectMs, 'connect-timeout'),
    released: () => next(timing.firstByteMs, 'first-byte-timeout'),
    answered: () => clearTimeout(phase),
    clear: () => {
      clearTimeout(phase);
      clearTimeout(total);
    },
  };
}
