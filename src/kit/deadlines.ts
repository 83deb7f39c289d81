import type { Stop } from './classify.js';

/**
 * Milliseconds: to have a connection, from the request's first byte to the answer's head, and for everything together;
 * where `stallMs` is given, also between two pieces of the answer.
 */
export interface ExchangeTiming {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly stallMs?: number | undefined;
}

/**
 * The clocks of one exchange. The total runs from the start, the others from phase to phase; `received` is the answer's
 * head or a piece of its body; `clear` ends them all.
 */
export interface Deadlines {
  readonly connecting: () => void;
  readonly released: () => void;
  readonly received: () => void;
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
    received: () => (timing.stallMs === undefined ? clearTimeout(phase) : next(timing.stallMs, 'stalled')),
    clear: () => {
      clearTimeout(phase);
      clearTimeout(total);
    },
  };
}
