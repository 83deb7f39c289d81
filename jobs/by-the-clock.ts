import type { QueueLane } from '../src/core/operation/ports.js';
import type { Handle } from './index.js';

/**
 * Handlers that act only while this process's clock is right. A wake-up that comes meanwhile is let go, since its rows stay due; a
 * night is not, since the job is all there is of it until its run's row exists: it throws, and is tried again.
 */
export function byTheClock(
  isRight: () => boolean,
  handlers: Readonly<Record<QueueLane, Handle>>,
): Readonly<Record<QueueLane, Handle>> {
  const guarded =
    (handle: Handle): Handle =>
    async (job) => {
      if (isRight()) return handle(job);
      if (job.name === 'night') throw new Error("this machine's clock is wrong; the night is left to another try");
    };
  return {
    live: guarded(handlers.live),
    lookup: guarded(handlers.lookup),
    support: guarded(handlers.support),
    nightly: guarded(handlers.nightly),
  };
}
