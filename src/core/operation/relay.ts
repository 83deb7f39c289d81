import type { Outbox, WakeQueue } from './ports.js';

const BATCH = 500;
/** The outbox is also looked at without being told, for what another process left behind. */
const LOOK_EVERY_MS = 1_000;
const AFTER_FAILURE_MS = 1_000;

/** Turns the outbox into jobs in the background. */
export interface Relay {
  /** Something was committed: publish it now rather than at the next look. */
  readonly nudge: () => void;
  /** Finishes the round under way. */
  stop(): Promise<void>;
}

/** Publishes at once when nudged, again while there is more, and every second besides; a queue that is down costs nothing but time. */
export function startRelay(outbox: Outbox, queue: WakeQueue, onError: (error: unknown) => void): Relay {
  let stopped = false;
  let nudged = false;
  let failing = false;
  let wake: () => void = () => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (stopped) wake();
    });

  const run = async (): Promise<void> => {
    while (!stopped) {
      nudged = false;
      try {
        const published = await outbox.publish(BATCH, (wakeUps) => queue.add(wakeUps));
        if (published < BATCH && !hasMore()) await pause(LOOK_EVERY_MS);
      } catch (error) {
        onError(error);
        failing = true;
        await pause(AFTER_FAILURE_MS);
        failing = false;
      }
    }
  };
  // A function, since the flags change while the loop awaits.
  const hasMore = (): boolean => nudged || stopped;

  const running = run();
  return {
    nudge: () => {
      nudged = true;
      // A queue that is down is asked once in a while, not once for every commit.
      if (!failing) wake();
    },
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
