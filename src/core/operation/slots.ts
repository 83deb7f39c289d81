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
  reserve(connectionId: string, wanted: number): Promise<Reservation>;
  /** Resolves when nothing is held. */
  idle(): Promise<void>;
}

/** Under load slots come free one by one; waiting for a few at once keeps claims from shrinking to one row each. */
const WORTH_A_CLAIM = 8;

export function createSlots(limits: SlotLimits): Slots {
  const held = new Map<string, number>();
  let total = 0;
  let waiting: (() => void)[] = [];

  const add = (connectionId: string, count: number): void => {
    total += count;
    held.set(connectionId, (held.get(connectionId) ?? 0) + count);
    if (count > 0) return;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };

  const free = (connectionId: string): number =>
    Math.min(limits.total - total, limits.perConnection - (held.get(connectionId) ?? 0));

  const nextChange = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
    });

  return {
    reserve: async (connectionId, wanted) => {
      const worth = Math.min(WORTH_A_CLAIM, wanted, limits.perConnection, limits.total);
      while (free(connectionId) < worth) await nextChange();
      const count = Math.min(free(connectionId), wanted);
      add(connectionId, count);
      let left = count;
      return {
        count,
        run: (work) => {
          left -= 1;
          void work()
            .catch(limits.onError)
            .finally(() => {
              add(connectionId, -1);
            });
        },
        release: () => {
          add(connectionId, -left);
          left = 0;
        },
      };
    },
    idle: async () => {
      while (total > 0) await nextChange();
    },
  };
}
