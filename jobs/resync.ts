import type { Runners } from './runners.js';
import { hintsOf, type WakeJob } from './wake.js';

/** Says that resyncs are due, whatever connections they span, and ends when they are begun; a lease on each keeps it with one process. */
export async function handleResync(runner: Runners['resync'], job: WakeJob): Promise<void> {
  await runner.wake(hintsOf(job));
}
