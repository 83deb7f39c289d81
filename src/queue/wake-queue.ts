import type { Handle } from '../../jobs/index.js';
import type { QueueLane, WakeQueue, WakeUp } from '../core/operation/ports.js';
import { crashPoint } from '../spec/crash-point.js';
import type { JobToAdd, JobWorker, QueueBackend } from './backend.js';
import type { OpenQueues } from './open-queues.js';
import { HANDLERS_AT_ONCE, QUEUES } from './queue-name.js';
import { within } from './within.js';

/** How long `close` waits for handlers under way; what they were about stays due in its row. */
const CLOSE_WITHIN_MS = 5_000;

/** Adds wake-ups to the queue of their lane. Rejects when the queue does not take them in time; they may still arrive. */
export function createWakeQueue(queues: OpenQueues): WakeQueue {
  const addTo = (lane: QueueLane, wakeUps: readonly WakeUp[]): Promise<unknown> =>
    queues.use(lane, (queue) => queue.addBulk(wakeUps.map(toJob)));
  return {
    add: async (wakeUps) => {
      const byLane = QUEUES.map((lane) => [lane, wakeUps.filter((wakeUp) => wakeUp.lane === lane)] as const);
      await Promise.all(byLane.filter(([, some]) => some.length > 0).map(([lane, some]) => addTo(lane, some)));
    },
    close: () => queues.close(),
  };
}

function toJob({ connectionId, hints, delayMs }: WakeUp): JobToAdd {
  return {
    name: 'wake',
    data: { connectionId, hints: hints.map(({ tenantId, id }) => [tenantId, id] as const) },
    opts: delayMs > 0 ? { delay: delayMs } : {},
  };
}

/** What takes jobs from the queues in this process. */
export interface Workers {
  /** Takes no further jobs until `resume`; handlers under way go on. One that is being fetched just now still comes. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Waits for handlers under way, for some seconds. */
  close(): Promise<void>;
}

/** Runs handlers until closed, telling of those that throw. */
export function startWorkers(
  backend: QueueBackend,
  handlers: Readonly<Record<QueueLane, Handle>>,
  onError: (error: Error, lane: QueueLane) => void,
): Workers {
  const workers: JobWorker[] = QUEUES.map((lane) => {
    const tellIfItFails: Handle = async (job) => {
      try {
        await handlers[lane](job);
        crashPoint('before-job-end');
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)), lane);
        throw error;
      }
    };
    const worker = backend.worker(lane, tellIfItFails, HANDLERS_AT_ONCE[lane]);
    worker.on('error', (error) => onError(error, lane));
    worker.on('completed', () => crashPoint('after-job-end'));
    return worker;
  });
  return {
    pause: async () => {
      await Promise.all(workers.map((worker) => worker.pause(true)));
    },
    resume: async () => {
      await Promise.all(workers.map((worker) => worker.resume()));
    },
    close: async () => {
      await Promise.allSettled(workers.map((worker) => within(CLOSE_WITHIN_MS, worker.close())));
    },
  };
}
