import type { Lane } from './ports.js';

/** How much this process does at once; one connection holds at most `perConnection` of it, so that a slow supplier slows nobody else. */
export interface SlotLimits {
  readonly total: number;
  readonly perConnection: number;
  readonly onError: (error: unknown) => void;
}

/** Some slots of one connection, held until each is either run or given back. */
export interface Reservation {
  readonly count: number;
  /** Starts work in one of the slots, which is free again when the work ends. Errors go to `onError`. */
  run(work: () => Promise<void>): void;
  /** Gives back what was not run. */
  release(): void;
}

/** A bounded pool of concurrent work. */
export interface Slots {
  /** Waits until the connection may have at least one more slot, then holds up to `wanted`. */
  reserve(lane: Lane, connectionId: string, wanted: number): Promise<Reservation>;
  /** Resolves when nothing is held. */
  idle(): Promise<void>;
}

/** Under load slots come free one by one; waiting for a few at once keeps claims from shrinking to one row each. */
const WORTH_A_CLAIM = 8;

export function createSlots(limits: SlotLimits): Slots {
  const held = new Map<string, number>();
  let total = 0;
  let waiting: (() => void)[] = [];

  const add = (name: string, count: number): void => {
    total += count;
    held.set(name, (held.get(name) ?? 0) + count);
    if (count > 0) return;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };

  const free = (name: string): number => Math.min(limits.total - total, limits.perConnection - (held.get(name) ?? 0));

  const nextChange = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
    });

  return {
    reserve: async (lane, connectionId, wanted) => {
      const name = `${lane}|${connectionId}`;
      const worth = Math.min(WORTH_A_CLAIM, wanted, limits.perConnection, limits.total);
      while (free(name) < worth) await nextChange();
      const count = Math.min(free(name), wanted);
      add(name, count);
      let left = count;
      return {
        count,
        run: (work) => {
          left -= 1;
          void work()
            .catch(limits.onError)
            .finally(() => {
              add(name, -1);
            });
        },
        release: () => {
          add(name, -left);
          left = 0;
        },
      };
    },
    idle: async () => {
      while (total > 0) await nextChange();
    },
  };
}
