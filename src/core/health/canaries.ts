import type { QueueLane } from '../operation/ports.js';
import type { Canary, CanaryBook } from './ports.js';

/** Puts a canary into its queue. */
export type AddCanary = (canary: Canary) => Promise<void>;

/** Told once when canaries of a queue stay away, and once when they come back. */
export interface CanaryTold {
  readonly missing: (queue: QueueLane, waitingMs: number) => void;
  readonly back: (queue: QueueLane) => void;
}

/** How often one is sent, whoever sends it. */
export const CANARY_EVERY_MS = 30_000;
/** For how long one may be away. */
export const CANARY_LATE_MS = 120_000;

/**
 * A round of canaries, to be run at least as often as they are sent. One that cannot be put into its queue counts as sent: a queue
 * that takes nothing is found like one that gives nothing.
 */
export function createCanaryRound(
  book: CanaryBook,
  queues: readonly QueueLane[],
  add: AddCanary,
  told: CanaryTold,
): () => Promise<void> {
  const missing = new Set<QueueLane>();
  return async () => {
    const sent = await book.send(queues, CANARY_EVERY_MS);
    const added = await Promise.allSettled(sent.map(add));
    for (const { queue, waitingMs } of await book.states()) {
      const late = waitingMs !== null && waitingMs > CANARY_LATE_MS;
      if (late && !missing.has(queue)) {
        missing.add(queue);
        told.missing(queue, waitingMs);
      } else if (waitingMs === null && missing.delete(queue)) {
        told.back(queue);
      }
    }
    const failed = added.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
}
