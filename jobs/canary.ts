import type { QueueLane } from '../src/core/operation/ports.js';
import type { Runners } from './runners.js';

/** Goes through each queue twice a minute and comes back as a row, so that a queue in which nothing moves shows. */
export interface CanaryJob {
  /** When it was sent, by the database's clock. */
  readonly sentAt: string;
}

/** Says that a canary has come through its queue. */
export async function handleCanary(canaries: Runners['canaries'], queue: QueueLane, job: CanaryJob): Promise<void> {
  await canaries.seen({ queue, sentAt: job.sentAt });
}
