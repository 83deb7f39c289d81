import type { Engine } from '../src/core/operation/engine.js';
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
export function handlersFor(given: Runners | Engine): Readonly<Record<QueueLane, Handle>> {
  const { engine, reconcile, resync } = 'engine' in given ? given : { ...ASLEEP, engine: given };
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

/** Until the composition root brings them. */
const ASLEEP: Omit<Runners, 'engine'> = {
  reconcile: { openNight: () => Promise.resolve(), wake: () => Promise.resolve() },
  resync: { wake: () => Promise.resolve() },
};

function onWake(handle: (job: WakeJob) => Promise<void>): Handle {
  return async (job) => {
    if (job.name === 'wake') await handle(job.data);
  };
}
