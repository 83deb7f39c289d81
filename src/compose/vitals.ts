import type { Role } from '../config/environment.js';
import { fromRoot } from '../config/paths.js';
import { createReadiness, type Readiness } from '../core/health/readiness.js';
import type { CanaryBook } from '../core/health/ports.js';
import { type MetricReport, reportOf } from '../observe/exposition.js';
import { createFleetMetrics } from '../observe/fleet-metrics.js';
import { createQueueWatch, type QueueWatch } from '../queue/queue-watch.js';
import { assertBoundByTenancy } from '../store/boot-check.js';
import { readFleetNumbers } from '../store/fleet-numbers.js';
import { createCanaryBook } from '../store/queue-canary.js';
import { migrationsIn, schemaVersion } from '../store/schema-version.js';
import type { Parts } from './parts.js';

/** How a process tells that it is well, and what it counts. */
export interface Vitals {
  readonly canaries: CanaryBook;
  readonly watch: QueueWatch;
  /** What this process tells of itself; the fleet's numbers too where asked to, since that takes reading them. */
  report(told: 'own' | 'own and fleet'): Promise<MetricReport>;
  /** Whether a process of these roles can do its work; asked at will, since what stands behind is asked seldom. */
  readinessOf(roles: ReadonlySet<Role>, stopping: AbortSignal): () => Promise<Readiness>;
}

export function openVitals({ pools, queues, clock, sets, metrics, failed }: Parts): Vitals {
  const watch = createQueueWatch(queues);
  const fleet = createFleetMetrics(
    sets,
    { numbers: () => readFleetNumbers(pools.relay), depths: () => watch.depths() },
    failed('fleet metrics'),
  );
  const migrations = migrationsIn(fromRoot('src', 'store', 'migrations'));
  return {
    canaries: createCanaryBook(pools.relay),
    watch,
    report: async (told) => {
      if (told === 'own') return reportOf(metrics.registry, null);
      await fleet.refresh();
      return reportOf(metrics.registry, fleet.registry);
    },
    readinessOf: (roles, stopping) => {
      // Accepting needs the database alone; what is accepted waits for a queue that is away.
      const behindTheDoor = roles.has('api') ? 'told' : 'needed';
      return createReadiness({
        database: { weight: 'needed', holds: () => holds(pools.relay.query('SELECT 1')) },
        schema: {
          weight: 'needed',
          holds: async () => (await schemaVersion(pools.relay, migrations)).missing.length === 0,
        },
        roles: { weight: 'needed', holds: () => holds(assertBoundByTenancy(pools.app)) },
        queue: { weight: behindTheDoor, holds: () => holds(watch.answers()) },
        clock: { weight: behindTheDoor, holds: () => clock.right() },
        running: { weight: 'needed', holds: () => !stopping.aborted },
      });
    },
  };
}

async function holds(answer: Promise<unknown>): Promise<true> {
  await answer;
  return true;
}
