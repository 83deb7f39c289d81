import type { WakeJob } from '../../jobs/index.js';
import type { Lane, WakeQueue, WakeUp } from '../core/operation/ports.js';
import type { JobQueue, JobWorker, QueueBackend } from './backend.js';
import { QUEUES } from './queue-name.js';

/** A backend that does not answer must not hold the relay's transaction for long. */
const ADD_WITHIN_MS = 5_000;
const CONCURRENCY = 16;

/** Adds wake-ups to the queue of their lane. Rejects when the queue does not take them in time; they may still arrive. */
export function createWakeQueue(backend: QueueBackend, onError: (error: Error, queue: Lane) => void): WakeQueue {
  const queues = new Map<Lane, JobQueue>();
  const queueOf = (lane: Lane): JobQueue => {
    let queue = queues.get(lane);
    if (queue === undefined) {
      queue = backend.queue(lane);
      queue.on('error', (error) => onError(error, lane));
      queues.set(lane, queue);
    }
    return queue;
  };
  /** BullMQ remembers a first use that was rejected; a queue that failed is opened anew by the next round. */
  const forget = (lane: Lane, queue: JobQueue): void => {
    if (queues.get(lane) !== queue) return;
    queues.delete(lane);
    queue.close().catch(() => undefined);
  };
  const addTo = async (lane: Lane, wakeUps: readonly WakeUp[]): Promise<void> => {
    const queue = queueOf(lane);
    try {
      await within(ADD_WITHIN_MS, queue.addBulk(wakeUps.map(toJob)));
    } catch (error) {
      forget(lane, queue);
      throw error;
    }
  };
  return {
    add: async (wakeUps) => {
      const byLane = QUEUES.map((lane) => [lane, wakeUps.filter((wakeUp) => wakeUp.lane === lane)] as const);
      await Promise.all(byLane.filter(([, some]) => some.length > 0).map(([lane, some]) => addTo(lane, some)));
    },
    close: async () => {
      await Promise.all(
        [...queues.values()].map((queue) => within(ADD_WITHIN_MS, queue.close()).catch(() => undefined)),
      );
    },
  };
}

function toJob({ connectionId, hints, delayMs }: WakeUp): Parameters<JobQueue['addBulk']>[0][number] {
  return {
    name: 'wake',
    data: { connectionId, hints: hints.map(({ tenantId, id }) => [tenantId, id] as const) },
    opts: delayMs > 0 ? { delay: delayMs } : {},
  };
}

/** Runs handlers until closed; `close` waits for those under way. */
export function startWorkers(
  backend: QueueBackend,
  handlers: Readonly<Record<Lane, (job: WakeJob) => Promise<void>>>,
  onError: (error: Error, queue: Lane) => void,
): { close(): Promise<void> } {
  const workers: JobWorker[] = QUEUES.map((lane) => {
    const worker = backend.worker(lane, handlers[lane], CONCURRENCY);
    worker.on('error', (error) => onError(error, lane));
    return worker;
  });
  return {
    close: async () => {
      await Promise.all(workers.map((worker) => within(ADD_WITHIN_MS, worker.close()).catch(() => undefined)));
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the queue did not answer within ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
