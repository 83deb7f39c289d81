/** The queues there are; each has its own pace and its own workers. */
export const QUEUES = ['live', 'lookup'] as const;
export type QueueName = (typeof QUEUES)[number];

/** All keys of a Redis Cluster in one slot: without the hash tag `addBulk` fails there. */
export const PREFIX = '{interline}';
export const QUEUE_SCHEMA = 'bullmq';
