import type { Runners } from './runners.js';
import { hintsOf, type WakeJob } from './wake.js';

/** Works on the resyncs that are due, over as many connections as they span; a lease on each lets only one process work on it. */
export async function handleResync(runner: Runners['resync'], job: WakeJob): Promise<void> {
  await runner.wake(hintsOf(job));
}
