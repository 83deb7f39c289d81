import { NIGHT_RETRIES, type NightJob } from '../../jobs/index.js';
import type { JobQueue, JobScheduler } from './backend.js';
import type { OpenQueues } from './open-queues.js';

/** When a connection's day is settled: `at` is `HH:MM` by the clock of `zone`, an IANA name. */
export interface NightPlan {
  readonly connectionId: string;
  readonly at: string;
  readonly zone: string;
}

/** One job a day for each connection, kept by the queue; it opens the run of the day that has ended. */
export interface NightlySchedules {
  /**
   * Makes what the queue has be these plans and no others. What is the same already is let alone: BullMQ drops the job that is due
   * of a scheduler that is set again, and with it the night. Rejects when the queue does not answer; meant to be called now and then.
   */
  keep(plans: readonly NightPlan[]): Promise<void>;
}

const KEY = 'night-';
/** A scheduler whose job is overdue for this long has lost it: the next one is made when the one before it begins. */
const LOST_AFTER_MS = 24 * 3_600_000;

/** `patternOf` gives the cron pattern of a time of the day. */
export function createNightlySchedules(
  queues: OpenQueues,
  patternOf: (at: string) => string = dailyAt,
): NightlySchedules {
  /** Connections whose scheduler was there or was made by this process: gone since then means that the queue has lost it. */
  const kept = new Set<string>();

  const keepOne = async (queue: JobQueue, plan: NightPlan, there: JobScheduler | undefined): Promise<void> => {
    const { connectionId, zone } = plan;
    const pattern = patternOf(plan.at);
    const lost = there === undefined ? kept.has(connectionId) : (there.next ?? 0) < Date.now() - LOST_AFTER_MS;
    if (there === undefined || lost || there.pattern !== pattern || there.tz !== zone) {
      await queue.upsertJobScheduler(keyOf(connectionId), { pattern, tz: zone }, night(connectionId));
    }
    // Its night may be lost with it. One that was opened is not opened twice, so it is asked for.
    if (lost) await queue.addBulk([night(connectionId)]);
    kept.add(connectionId);
  };

  return {
    keep: (plans) =>
      queues.use('nightly', async (queue) => {
        const there = new Map((await queue.getJobSchedulers()).map((scheduler) => [scheduler.key, scheduler]));
        for (const plan of plans) await keepOne(queue, plan, there.get(keyOf(plan.connectionId)));
        const wanted = new Set(plans.map(({ connectionId }) => keyOf(connectionId)));
        for (const key of there.keys()) {
          if (!key.startsWith(KEY) || wanted.has(key)) continue;
          await queue.removeJobScheduler(key);
          kept.delete(key.slice(KEY.length));
        }
      }),
  };
}

function keyOf(connectionId: string): string {
  return KEY + connectionId;
}

function night(connectionId: string): { name: 'night'; data: NightJob; opts: typeof NIGHT_RETRIES } {
  return { name: 'night', data: { connectionId }, opts: NIGHT_RETRIES };
}

/** `03:30` is `30 3 * * *`. */
function dailyAt(at: string): string {
  const [hours, minutes] = at.split(':').map(Number);
  return `${minutes} ${hours} * * *`;
}
