import { createPostgresBackend, type Job, Queue, Worker } from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import type { Handle, QueuedJob } from '../../jobs/index.js';
import type { QueueLane } from '../core/operation/ports.js';
import { PREFIX, QUEUE_SCHEMA } from './queue-name.js';

/** Where jobs live: on a Redis (or the nodes of a cluster), or in PostgreSQL under the queue's own login. */
export type QueuePlace =
  | { readonly kind: 'redis'; readonly urls: readonly string[]; readonly prefix?: string | undefined }
  | { readonly kind: 'postgres'; readonly url: string };

/** A job to put into a queue; `delay` in milliseconds. */
export type JobToAdd = QueuedJob & { readonly opts: { readonly delay?: number } & Retries };

/** How often a job that throws is tried, and how long is waited in between; absent: once. */
export interface Retries {
  readonly attempts?: number;
  readonly backoff?: { readonly type: 'exponential'; readonly delay: number };
}

/** A job that comes round by itself, as the queue keeps it; `next` is Unix milliseconds. */
export interface JobScheduler {
  readonly key: string;
  readonly pattern?: string;
  readonly tz?: string;
  readonly next?: number;
}

/** Where a job is on its way. */
export type JobPlace = 'waiting' | 'delayed' | 'active';

/** The part of a BullMQ queue that is used here, whatever its backend. */
export interface JobQueue {
  addBulk(jobs: readonly JobToAdd[]): Promise<unknown>;
  upsertJobScheduler(
    id: string,
    repeat: { readonly pattern: string; readonly tz: string },
    template: QueuedJob & { readonly opts: Retries },
  ): Promise<unknown>;
  getJobSchedulers(): Promise<readonly JobScheduler[]>;
  removeJobScheduler(id: string): Promise<unknown>;
  getJobCounts(...states: readonly JobPlace[]): Promise<Readonly<Partial<Record<JobPlace, number>>>>;
  /** Jobs that wait, oldest first, between two indexes; `timestamp` is when one was added, Unix milliseconds by the adder's clock. */
  getWaiting(from: number, to: number): Promise<readonly { readonly timestamp: number }[]>;
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** The part of a BullMQ worker that is used here. `close` waits for handlers under way. */
export interface JobWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'completed', listener: () => void): unknown;
  /** Takes no further jobs; with `true` without waiting for handlers under way. */
  pause(doNotWaitActive: boolean): Promise<void>;
  resume(): Promise<void>;
  close(force?: boolean): Promise<void>;
}

/** Makes queues and workers of one backend; `close` ends the connections that it opened. */
export interface QueueBackend {
  readonly kind: QueuePlace['kind'];
  queue(lane: QueueLane): JobQueue;
  worker(lane: QueueLane, handle: Handle, concurrency: number): JobWorker;
  close(): void;
}

/** Kills are part of life: with the default of 1 a job that was stalled twice would be failed. */
const STALLS_ALLOWED = 20;

const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/**
 * A lock is renewed while its handler awaits, however long that takes. A process that stands still for longer than the lock has its
 * job started elsewhere: harmless, since a job is a hint and the lease on the row decides who works.
 */
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
      new Worker(name, (job) => handle(asQueuedJob(job)), {
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

/** Each queue and each worker has a pool of its own, and a worker one more connection to listen on; most are idle, and let go, at most times. */
const CONNECTIONS_OF_A_QUEUE = 2;
const CONNECTIONS_OF_A_WORKER = 4;

function postgresBackend(url: string): QueueBackend {
  const pool = (max: number) => ({
    connectionString: url,
    schema: QUEUE_SCHEMA,
    max,
    application_name: 'interline-queue',
  });
  return {
    kind: 'postgres',
    queue: (name) =>
      asQueue(
        new Queue(
          name,
          { connection: pool(CONNECTIONS_OF_A_QUEUE), defaultJobOptions: JOB_OPTIONS },
          createPostgresBackend as never,
        ),
      ),
    worker: (name, handle, concurrency) => {
      const work = (job: Job): Promise<void> => handle(asQueuedJob(job));
      // Handlers that last, few at once, need the queue seldom.
      const connection = pool(Math.min(CONNECTIONS_OF_A_WORKER, Math.ceil(concurrency / 2)));
      return new Worker(name, work, { ...WORKER_OPTIONS, connection, concurrency }, createPostgresBackend as never);
    },
    close: () => undefined,
  };
}

/** What is in a queue was put there by this version or one near it; a name that neither knows is let alone. */
function asQueuedJob({ name, data }: { name: string; data: unknown }): QueuedJob {
  return { name, data } as QueuedJob;
}

/** BullMQ's types name the Redis backend by default and infer names of jobs that we do not use. */
function asQueue(queue: unknown): JobQueue {
  return queue as JobQueue;
}
