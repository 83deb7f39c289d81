/** What a machine's clocks say, in milliseconds: `wall` may be set by anybody, `monotonic` only ever runs. */
export interface Clocks {
  readonly wall: () => number;
  readonly monotonic: () => number;
}

/** Knows whether this machine's clock can be gone by: signatures, the queue and leases go by it, everything else by the database's. */
export interface ClockGuard {
  /** How far it is ahead of the database's, in milliseconds: as measured last, and as it was set since. */
  readonly skewMs: () => number;
  /** Whether that is little enough to work. Costs nothing, so it may be asked before every step. */
  readonly right: () => boolean;
  /** Asks the database. Rejects when there is no answer; believes what it knew then, and when the answer took too long to tell. */
  measure(): Promise<void>;
}

/** Of several readings the one with the shortest way is the most exact. */
const READINGS = 3;

/**
 * `askDatabase` gives the database's time in Unix milliseconds. Beyond `limitMs` the clock is wrong, and right again within half of it,
 * so that one at the limit does not flutter. Before the first measurement nothing is held against it.
 */
export function createClockGuard(
  askDatabase: () => Promise<number>,
  limitMs: number,
  { wall, monotonic }: Clocks = MACHINE,
): ClockGuard {
  let skewMs = 0;
  /** Wall less monotonic when it was measured: a jump shows in it at once, before anybody is asked. */
  let offset = wall() - monotonic();
  let right = true;

  const now = (): number => skewMs + (wall() - monotonic() - offset);
  const read = async (): Promise<{ readonly wayMs: number; readonly skewMs: number; readonly offset: number }> => {
    const [began, from] = [wall(), monotonic()];
    const told = await askDatabase();
    const wayMs = monotonic() - from;
    // All three of one moment, so that a jump during the reading counts once: in the offset.
    return { wayMs, skewMs: began + wayMs / 2 - told, offset: began - from };
  };
  return {
    skewMs: now,
    right: () => {
      right = Math.abs(now()) <= (right ? limitMs : limitMs / 2);
      return right;
    },
    measure: async () => {
      let best = await read();
      for (let reading = 1; reading < READINGS; reading += 1) {
        const another = await read();
        if (another.wayMs < best.wayMs) best = another;
      }
      // Waiting for a connection is all on one side of the way: such a reading is believed only where that could not explain it.
      const doubtMs = best.wayMs / 2;
      if (doubtMs > limitMs / 2 && Math.abs(best.skewMs) - doubtMs <= limitMs) return;
      skewMs = best.skewMs;
      offset = best.offset;
    },
  };
}

const MACHINE: Clocks = { wall: () => Date.now(), monotonic: () => performance.now() };

/** How often a process measures its clock. */
export const CLOCK_EVERY_MS = 2_000;
/** How far it may be off: the queue's PostgreSQL backend and suppliers' signatures go by it. */
export const CLOCK_OFF_AT_MOST_MS = 2_000;

/** Measures, and tells once when the clock has become wrong and once when it is right again; to be run every `CLOCK_EVERY_MS`. */
export function createClockRound(
  guard: ClockGuard,
  told: (verdict: 'wrong' | 'right', skewMs: number) => void,
): () => Promise<void> {
  let wasRight = true;
  return async () => {
    try {
      await guard.measure();
    } finally {
      const right = guard.right();
      if (right !== wasRight) {
        wasRight = right;
        told(right ? 'right' : 'wrong', guard.skewMs());
      }
    }
  };
}
