import type { Runners } from './runners.js';

/** Comes round once a day for each connection whose scheme publishes its settlement, at the scheme's own local time. */
export interface NightJob {
  readonly connectionId: string;
}

/**
 * How often a night is tried, and over how long: half a minute, then twice as long each time, some four hours in all. Unlike a
 * wake-up, this job is where the intent is until the run's row exists; opening a run that is there changes nothing.
 */
export const NIGHT_RETRIES = { attempts: 10, backoff: { type: 'exponential', delay: 30_000 } } as const;

/** Opens the run of the day that has ended and begins on it. */
export async function handleNight(runner: Runners['reconcile'], job: NightJob): Promise<void> {
  await runner.openNight(job.connectionId);
  await runner.wake(job.connectionId, []);
}
