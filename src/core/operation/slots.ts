/**
 * How much this process does at once. One connection holds at most `perConnection` of it, so that a slow supplier slows nobody else;
 * look-ups and repeated sends hold at most `retries`, so that trouble leaves room for what is new.
 */
export interface SlotLimits {
  readonly total: number;
  readonly perConnection: number;
  readonly retries: number;
  readonly onError: (error: unknown) => void;
}

/** A look-up or a repeated send is `retry` work. */
export type SlotUse = 'first' | 'retry';

/** Some slots of one connection, held until each is either run or given back. */
export interface Reservation {
  readonly count: number;
  /** Makes one of the slots one for retry work; `false` when that has its share. */
  turnToRetry(): boolean;
  /** Starts work in one of the slots, which is free again when the work ends. Errors go to `onError`. */
  run(use: SlotUse, work: () => Promise<void>): void;
  /** Gives back what was not run. */
  release(): void;
}

/** A bounded pool of concurrent work. */
export interface Slots {
  /** Waits until the connection may have at least one more slot; gives how many of those wanted there are. Holds nothing. */
  room(connectionId: string, wanted: number, use: SlotUse): Promise<number>;
  /** Holds up to `wanted`; none where others were quicker. */
  take(connectionId: string, wanted: number, use: SlotUse): Reservation;
  /** Resolves when nothing is held. */
  idle(): Promise<void>;
}

/** Under load slots come free one by one; waiting for a few at once keeps claims from shrinking to one row each. */
const WORTH_A_CLAIM = 8;

export function createSlots(limits: SlotLimits): Slots {
  const held = new Map<string, number>();
  const sum: Record<SlotUse, number> = { first: 0, retry: 0 };
  let waiting: (() => void)[] = [];

  const add = (connectionId: string, use: SlotUse, count: number): void => {
    sum[use] += count;
    held.set(connectionId, (held.get(connectionId) ?? 0) + count);
    if (count > 0) return;
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };

  const free = (connectionId: string, use: SlotUse): number =>
    Math.min(
      limits.total - sum.first - sum.retry,
      limits.perConnection - (held.get(connectionId) ?? 0),
      use === 'retry' ? limits.retries - sum.retry : limits.total,
    );

  const nextChange = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
    });

  return {
    room: async (connectionId, wanted, use) => {
      const worth = Math.min(
        WORTH_A_CLAIM,
        wanted,
        limits.perConnection,
        use === 'retry' ? limits.retries : limits.total,
      );
      while (free(connectionId, use) < worth) await nextChange();
      return Math.min(free(connectionId, use), wanted);
    },
    take: (connectionId, wanted, use) => {
      const count = Math.max(0, Math.min(free(connectionId, use), wanted));
      const left: Record<SlotUse, number> = { first: 0, retry: 0, [use]: count };
      add(connectionId, use, count);
      return {
        count,
        turnToRetry: () => {
          if (left.first === 0) return left.retry > 0;
          if (sum.retry >= limits.retries) return false;
          left.first -= 1;
          left.retry += 1;
          sum.first -= 1;
          sum.retry += 1;
          return true;
        },
        run: (ran, work) => {
          left[ran] -= 1;
          void work()
            .catch(limits.onError)
            .finally(() => {
              add(connectionId, ran, -1);
            });
        },
        release: () => {
          for (const kept of ['first', 'retry'] as const) {
            add(connectionId, kept, -left[kept]);
            left[kept] = 0;
          }
        },
      };
    },
    idle: async () => {
      while (sum.first + sum.retry > 0) await nextChange();
    },
  };
}
