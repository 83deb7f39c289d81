import type { QueueLane } from '../src/core/operation/ports.js';
import { type CanaryJob, handleCanary } from './canary.js';
import { handleNight, type NightJob } from './night.js';
import { handleReconcile } from './reconcile.js';
import { handleResync } from './resync.js';
import type { Runners } from './runners.js';
import { handleWake, type WakeJob } from './wake.js';

export type { CanaryJob } from './canary.js';
export { NIGHT_RETRIES, type NightJob } from './night.js';
export type { Runners } from './runners.js';
export type { WakeJob } from './wake.js';

/** A job as a queue keeps it; the name says what to do with the data. */
export type QueuedJob =
  | { readonly name: 'wake'; readonly data: WakeJob }
  | { readonly name: 'night'; readonly data: NightJob }
  | { readonly name: 'canary'; readonly data: CanaryJob };

export type Handle = (job: QueuedJob) => Promise<void>;

/** Handlers by queue. Retries are the rows' own state; a wake-up that fails is only a hint lost. */
export function handlersFor(runners: Runners): Readonly<Record<QueueLane, Handle>> {
  const { engine, reconcile, resync } = runners;
  return {
    live: handlerOf(runners, 'live', (job) => handleWake(engine, 'live', job)),
    lookup: handlerOf(runners, 'lookup', (job) => handleWake(engine, 'lookup', job)),
    support: handlerOf(runners, 'support', (job) => handleResync(resync, job)),
    nightly: handlerOf(runners, 'nightly', (job) => handleReconcile(reconcile, job)),
  };
}

function handlerOf(
  { canaries, reconcile }: Runners,
  queue: QueueLane,
  onWake: (job: WakeJob) => Promise<void>,
): Handle {
  return async (job) => {
    switch (job.name) {
      case 'wake':
        return onWake(job.data);
      case 'night':
        return handleNight(reconcile, job.data);
      case 'canary':
        return handleCanary(canaries, queue, job.data);
      default:
        // One of another version's; a hint that nobody understands is let go.
        return job satisfies never;
    }
  };
}
