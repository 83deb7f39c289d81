import type { QueueLane } from '../src/core/operation/ports.js';
import { handleNight, type NightJob } from './night.js';
import { handleReconcile } from './reconcile.js';
import { handleResync } from './resync.js';
import type { Runners } from './runners.js';
import { handleWake, type WakeJob } from './wake.js';

export { NIGHT_RETRIES, type NightJob } from './night.js';
export type { Runners } from './runners.js';
export type { WakeJob } from './wake.js';

/** A job as a queue keeps it; the name says what to do with the data. */
export type QueuedJob =
  | { readonly name: 'wake'; readonly data: WakeJob }
  | { readonly name: 'night'; readonly data: NightJob };

export type Handle = (job: QueuedJob) => Promise<void>;

/** Handlers by queue. Retries are the rows' own state; a wake-up that fails is only a hint lost. */
export function handlersFor({ engine, reconcile, resync }: Runners): Readonly<Record<QueueLane, Handle>> {
  return {
    live: onWake((job) => handleWake(engine, 'live', job)),
    lookup: onWake((job) => handleWake(engine, 'lookup', job)),
    support: onWake((job) => handleResync(resync, job)),
    nightly: (job) => {
      switch (job.name) {
        case 'wake':
          return handleReconcile(reconcile, job.data);
        case 'night':
          return handleNight(reconcile, job.data);
        default:
          return job satisfies never;
      }
    },
  };
}

function onWake(handle: (job: WakeJob) => Promise<void>): Handle {
  return async (job) => {
    if (job.name === 'wake') await handle(job.data);
  };
}
