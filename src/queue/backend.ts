import { createPostgresBackend, type Job, Queue, Worker } from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import type { WakeJob } from '../../jobs/index.js';
import { PREFIX, QUEUE_SCHEMA, type QueueName } from './queue-name.js';

/** Where jobs live: on a Redis (or the nodes of a cluster), or in PostgreSQL under the queue's own login. */
export type QueuePlace =
  | { readonly kind: 'redis'; readonly urls: readonly string[]; readonly prefix?: string | undefined }
  | { readonly kind: 'postgres'; readonly url: string };

/** The part of a BullMQ queue that is used here, whatever its backend. */
export interface JobQueue {
  addBulk(jobs: { name: string; data: WakeJob; opts: { delay?: number; jobId?: string } }[]): Promise<unknown>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** The part of a BullMQ worker that is used here. `close` waits for handlers under way. */
export interface JobWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/** Makes queues and workers of one backend; `close` ends the connections that it opened. */
export interface QueueBackend {
  readonly kind: QueuePlace['kind'];
  queue(name: QueueName): JobQueue;
  worker(name: QueueName, handle: (job: WakeJob) => Promise<void>, concurrency: number): JobWorker;
  close(): void;
}

/** Kills are part of life: with the default of 1 a job that was stalled twice would be failed. */
const STALLS_ALLOWED = 20;

const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

const WORKER_OPTIONS = {
  maxStalledCount: STALLS_ALLOWED,
  lockDuration: 30_000,
  stalledInterval: 15_000,
  runRetryDelay: 1_000,
};

export function openBackend(place: QueuePlace): QueueBackend {
  switch (place.kind) {
    case 'redis':
      return redisBackend(place.urls, place.prefix ?? PREFIX);
    case 'postgres':
      return postgresBackend(place.url);
    default:
      return place satisfies never;
  }
}

function redisBackend(urls: readonly string[], prefix: string): QueueBackend {
  const opened = new Set<Redis | Cluster>();
  const connect = (): Redis | Cluster => {
    const connection =
      urls.length > 1 ? new Cluster([...urls], CLUSTER_OPTIONS) : new Redis(urls[0] ?? '', REDIS_OPTIONS);
    // BullMQ reports through its own queues and workers; without a listener ioredis prints every retry.
    connection.on('error', () => undefined);
    opened.add(connection);
    return connection;
  };
  return {
    kind: 'redis',
    queue: (name) => {
      const connection = connect();
      const queue = asQueue(new Queue(name, { connection, prefix, defaultJobOptions: JOB_OPTIONS }));
      const close = queue.close.bind(queue);
      // BullMQ leaves a connection that it was given open, and with it the commands that wait for a Redis that is down.
      queue.close = () =>
        close().finally(() => {
          opened.delete(connection);
          connection.disconnect();
        });
      return queue;
    },
    worker: (name, handle, concurrency) =>
      new Worker<WakeJob>(name, (job) => handle(job.data), {
        ...WORKER_OPTIONS,
        connection: connect(),
        prefix,
        concurrency,
      }),
    close: () => {
      for (const connection of opened) connection.disconnect();
    },
  };
}

/** Null: a worker's blocking reads wait for Redis to come back instead of failing. */
const REDIS_OPTIONS = { maxRetriesPerRequest: null };
const CLUSTER_OPTIONS = { redisOptions: REDIS_OPTIONS };

function postgresBackend(url: string): QueueBackend {
  const connection = { connectionString: url, schema: QUEUE_SCHEMA, max: 4, application_name: 'interline-queue' };
  return {
    kind: 'postgres',
    queue: (name) =>
      asQueue(new Queue(name, { connection, defaultJobOptions: JOB_OPTIONS }, createPostgresBackend as never)),
    worker: (name, handle, concurrency) => {
      const work = (job: Job<WakeJob>): Promise<void> => handle(job.data);
      return new Worker<WakeJob>(
        name,
        work,
        { ...WORKER_OPTIONS, connection, concurrency },
        createPostgresBackend as never,
      );
    },
    close: () => undefined,
  };
}

/** BullMQ's types name the Redis backend by default and infer names of jobs that we do not use. */
function asQueue(queue: unknown): JobQueue {
  return queue as JobQueue;
}
