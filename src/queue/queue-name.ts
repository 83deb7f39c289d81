import type { QueueLane } from '../core/operation/ports.js';

/**
 * The queues there are, one to a lane, and how many handlers of each a process runs at once: those of `live` and `lookup` hand work
 * out and end, those of `support` and `nightly` do it themselves and take as long as it takes.
 */
export const HANDLERS_AT_ONCE: Readonly<Record<QueueLane, number>> = { live: 16, lookup: 16, support: 4, nightly: 4 };

export const QUEUES = ['live', 'lookup', 'support', 'nightly'] as const satisfies readonly QueueLane[];

/** All keys of a Redis Cluster in one slot: without the hash tag `addBulk` fails there. */
export const PREFIX = '{interline}';
export const QUEUE_SCHEMA = 'bullmq';
