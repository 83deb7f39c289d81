import type { Runners } from './runners.js';
import { hintsOf, type WakeJob } from './wake.js';

/**
 * Works on what is due of a connection's reconciliation runs and ends when there is no more. That takes long; the queue renews the
 * job's lock meanwhile, and should it start the job elsewhere all the same, the lease on the run's row lets only one of them work.
 */
export async function handleReconcile(runner: Runners['reconcile'], job: WakeJob): Promise<void> {
  await runner.wake(job.connectionId, hintsOf(job));
}
