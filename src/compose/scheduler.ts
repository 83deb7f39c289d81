import { createCanaryRound } from '../core/health/canaries.js';
import { watchStuckWork } from '../core/operation/stuck.js';
import { startRounds, sweep } from '../core/operation/sweeper.js';
import { createNightlySchedules } from '../queue/nightly-schedules.js';
import { QUEUES } from '../queue/queue-name.js';
import { createConnectionGuard } from '../store/connection-guard.js';
import { createIncidentWatch } from '../store/incident-watch.js';
import { stuckWork } from '../store/stuck-work.js';
import { ensurePartitions, forgetOldKeys } from '../store/sweep.js';
import { nightPlans } from './desk.js';
import type { Parts } from './parts.js';
import type { Vitals } from './vitals.js';

const SWEEP_EVERY_MS = 5_000;
const CANARIES_EVERY_MS = 5_000;
const INCIDENTS_EVERY_MS = 2_000;
const STUCK_EVERY_MS = 30_000;
/** New connections, and those that went, change the nights within this time. */
const NIGHTS_EVERY_MS = 300_000;
const HOUSEKEEPING_EVERY_MS = 3_600_000;

/** Looks after what is overdue and what ages; the answer stops it. */
export function runScheduler(parts: Parts, { canaries, watch }: Vitals): () => Promise<void> {
  const { pools, outbox, queue, queues, clock, log, failed } = parts;
  const schedules = createNightlySchedules(queues);
  const incidents = createIncidentWatch(pools.relay);
  const sendCanaries = createCanaryRound(canaries, QUEUES, watch.addCanary, {
    missing: (lane, waitingMs) => {
      log.error({ queue: lane, waitingMs }, 'a canary has not come back: nothing moves in this queue');
    },
    back: (lane) => {
      log.info({ queue: lane }, 'canaries come back from this queue again');
    },
  });
  // Schedules are made by this machine's clock.
  const keepNights = async (): Promise<void> => {
    if (clock.right()) await schedules.keep(await nightPlans(parts));
  };
  const tellIncidents = async (): Promise<void> => {
    for (const { change, ...incident } of await incidents()) log.info(incident, `incident ${change}`);
  };
  const rounds = startRounds(
    [
      { name: 'nights', everyMs: NIGHTS_EVERY_MS, run: keepNights },
      { name: 'canaries', everyMs: CANARIES_EVERY_MS, run: sendCanaries },
      { name: 'incidents', everyMs: INCIDENTS_EVERY_MS, run: tellIncidents },
      {
        name: 'stuck',
        everyMs: STUCK_EVERY_MS,
        run: () => watchStuckWork(() => stuckWork(pools), createConnectionGuard(pools)),
      },
      { name: 'sweep', everyMs: SWEEP_EVERY_MS, run: () => sweep(outbox, queue) },
      { name: 'old keys', everyMs: HOUSEKEEPING_EVERY_MS, run: () => forgetOldKeys(pools) },
      { name: 'partitions', everyMs: HOUSEKEEPING_EVERY_MS, run: () => ensurePartitions(pools) },
    ],
    (error, round) => {
      failed(round)(error);
    },
  );
  return async () => {
    await rounds.stop();
  };
}
