import type { Canary, QueueDepth } from '../core/health/ports.js';
import type { OpenQueues } from './open-queues.js';
import { QUEUES } from './queue-name.js';

/** What is asked of the queues about themselves. All of it rejects when they do not answer in time. */
export interface QueueWatch {
  /** Resolves when the queue answers. */
  answers(): Promise<void>;
  depths(): Promise<readonly QueueDepth[]>;
  readonly addCanary: (canary: Canary) => Promise<void>;
}

export function createQueueWatch(queues: OpenQueues): QueueWatch {
  return {
    answers: async () => {
      await queues.use('live', (queue) => queue.getJobCounts('waiting'));
    },
    depths: () =>
      Promise.all(
        QUEUES.map((lane) =>
          queues.use(lane, async (queue) => {
            const { waiting = 0, delayed = 0, active = 0 } = await queue.getJobCounts('waiting', 'delayed', 'active');
            const [oldest] = waiting === 0 ? [] : await queue.getWaiting(0, 0);
            const oldestMs = oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.timestamp);
            return { lane, waiting, delayed, active, oldestMs };
          }),
        ),
      ),
    addCanary: async ({ queue: lane, sentAt }) => {
      await queues.use(lane, (queue) => queue.addBulk([{ name: 'canary', data: { sentAt }, opts: {} }]));
    },
  };
}
