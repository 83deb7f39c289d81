import type { QueueLane } from '../core/operation/ports.js';

/**
 * How many handlers of a queue a process runs at once. Those of `nightly` take as long as a run takes; the others hand work out and
 * end.
 */
export const HANDLERS_AT_ONCE: Readonly<Record<QueueLane, number>> = { live: 16, lookup: 16, support: 4, nightly: 4 };

/** The queues there are, one to a lane. */
export const QUEUES = ['live', 'lookup', 'support', 'nightly'] as const satisfies readonly QueueLane[];

/** All keys of a Redis Cluster in one slot: without the hash tag `addBulk` fails there. */
export const PREFIX = '{interline}';
export const QUEUE_SCHEMA = 'bullmq';
