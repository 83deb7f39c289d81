import type { QueueLane } from '../core/operation/ports.js';
import type { JobQueue, QueueBackend } from './backend.js';
import { within } from './within.js';

/** A backend that does not answer must not hold the relay's transaction for long. */
const ANSWERS_WITHIN_MS = 5_000;

/** Queues that are opened when they are first needed, and anew after a failure: BullMQ remembers a first use that was rejected. */
export interface OpenQueues {
  /** Rejects when the queue does not answer in time; what was asked of it may still happen. */
  use<T>(lane: QueueLane, act: (queue: JobQueue) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openQueues(backend: QueueBackend, onError: (error: Error, lane: QueueLane) => void): OpenQueues {
  const queues = new Map<QueueLane, JobQueue>();
  const queueOf = (lane: QueueLane): JobQueue => {
    let queue = queues.get(lane);
    if (queue === undefined) {
      queue = backend.queue(lane);
      queue.on('error', (error) => onError(error, lane));
      queues.set(lane, queue);
    }
    return queue;
  };
  const forget = (lane: QueueLane, queue: JobQueue): void => {
    if (queues.get(lane) !== queue) return;
    queues.delete(lane);
    queue.close().catch(() => undefined);
  };
  return {
    use: async (lane, act) => {
      const queue = queueOf(lane);
      try {
        return await within(ANSWERS_WITHIN_MS, act(queue));
      } catch (error) {
        forget(lane, queue);
        throw error;
      }
    },
    close: async () => {
      const closing = [...queues.values()].map((queue) => within(ANSWERS_WITHIN_MS, queue.close()));
      await Promise.allSettled(closing);
    },
  };
}
