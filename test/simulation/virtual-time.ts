/** A clock that moves only when it is told to, in Unix milliseconds. */
export interface VirtualTime {
  now(): number;
  /** Never backwards. */
  advanceTo(at: number): void;
}

export function virtualTime(begins: number): VirtualTime {
  let at = begins;
  return {
    now: () => at,
    advanceTo: (to) => {
      at = Math.max(at, to);
    },
  };
}

/**
 * Runs with both clocks of the process, the wall's and the monotonic, showing virtual time and with its timers set in it, so that leases
 * end and alarms ring there. `later` has something happen at a virtual time and gives how to prevent it.
 */
export async function inVirtualTime<T>(
  time: VirtualTime,
  later: (dueAt: number, run: () => void) => () => void,
  run: () => Promise<T>,
): Promise<T> {
  const { setTimeout: real, clearTimeout: realClear } = globalThis;
  const { now: wall } = Date;
  const monotonic = performance.now.bind(performance);
  Date.now = () => time.now();
  const begun = time.now();
  performance.now = () => time.now() - begun;
  globalThis.setTimeout = ((ring: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
    const prevent = later(time.now() + ms, () => ring(...given));
    const alarm: Alarm = { prevent, unref: () => alarm, ref: () => alarm, hasRef: () => true };
    return alarm;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((alarm?: Alarm) => alarm?.prevent()) as typeof clearTimeout;
  try {
    return await run();
  } finally {
    Date.now = wall;
    performance.now = monotonic;
    globalThis.setTimeout = real;
    globalThis.clearTimeout = realClear;
  }
}

interface Alarm {
  readonly prevent: () => void;
  readonly unref: () => Alarm;
  readonly ref: () => Alarm;
  readonly hasRef: () => boolean;
}
