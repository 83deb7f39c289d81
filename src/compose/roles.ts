import type { Environment, Role } from '../config/environment.js';
import { loadSchemes } from '../config/schemes.js';
import { CLOCK_OFF_AT_MOST_MS } from '../core/health/clock-guard.js';
import type { Readiness } from '../core/health/readiness.js';
import type { HttpServer } from '../http/server.js';
import type { Watched } from '../http/watch-door.js';
import { createLogger, type Logger } from '../observe/log.js';
import { answerQuestions } from '../process/asking.js';
import { onStop, ready } from '../process/child.js';
import { masterKeyOf } from '../process/master-key.js';
import { StartRefused } from '../process/start-refused.js';
import { type Gateway, openGateway } from './gateway.js';
import { createMeasures, gatherReports } from './measures.js';
import { refuseUnsafeQueue } from './queue-guard.js';

/**
 * Runs these roles in this process until it is asked to stop: first no new requests, then no new work, then the work under way
 * ends. Tells the supervisor, if there is one, when it is ready and where it listens.
 */
export async function runRoles(environment: Environment, databaseUrl: string, roles: ReadonlySet<Role>): Promise<void> {
  await refuseUnsafeQueue(environment);
  const name = [...roles].join('+');
  const log = createLogger({ level: environment.logLevel, name });
  const gateway = await openGateway({
    databaseUrl,
    masterKey: masterKeyOf(environment),
    redisUrls: environment.redisUrls,
    schemes: loadSchemes(...environment.schemeDirectories),
    log,
    routes: roles.has('api') ? await contractPaths() : [],
  });
  const stopping = new AbortController();
  const told = watchedBy(gateway, roles, name, stopping.signal);
  const server = roles.has('api') ? await openDoor(gateway, environment, told, log, stopping.signal) : null;
  if (roles.has('worker')) await refuseOddClock(gateway);
  const watchDoor = await openWatch(environment, told);
  onStop(async () => {
    stopping.abort();
    await server?.stop();
    await gateway.close();
    await watchDoor?.stop();
  });
  gateway.watchClock();
  if (roles.has('worker')) gateway.startWorker();
  if (roles.has('scheduler')) gateway.startScheduler();
  const port = server === null ? null : await server.listen(environment.port, environment.host);
  answerQuestions({ metrics: told.report, readiness: told.ready });
  ready({ port, watchPort: watchDoor?.port ?? null });
}

type Told = Watched & { readonly report: () => ReturnType<Gateway['vitals']['report']> };

/** A process that has been stopping for this long hangs. */
const STOPS_WITHIN_MS = 60_000;

function watchedBy(gateway: Gateway, roles: ReadonlySet<Role>, name: string, stopping: AbortSignal): Told {
  // Workers are many, and the fleet's numbers are the same from everybody.
  const told = roles.has('api') || roles.has('scheduler') ? 'own and fleet' : 'own';
  const report = () => gateway.vitals.report(told);
  const ready: () => Promise<Readiness> = gateway.vitals.readinessOf(roles, stopping);
  let stoppingSince = Number.POSITIVE_INFINITY;
  stopping.addEventListener('abort', () => {
    stoppingSince = performance.now();
  });
  return {
    alive: () => performance.now() - stoppingSince < STOPS_WITHIN_MS,
    ready,
    report,
    metrics: createMeasures(() => gatherReports(name, report)),
  };
}

/** A port of its own for those who watch, where this process is asked to have one. */
async function openWatch({ metricsPort, host }: Environment, told: Told) {
  if (metricsPort === null || metricsPort === 'supervisor') return null;
  const { openWatchDoor } = await import('../http/watch-door.js');
  return openWatchDoor(told, metricsPort, host);
}

/** The door is loaded only where there is one: a worker starts the sooner without it. */
async function openDoor(
  gateway: Gateway,
  { production, metricsPort }: Environment,
  { alive, ready, metrics }: Told,
  log: Logger,
  stopping: AbortSignal,
): Promise<HttpServer> {
  const [{ createApp }, { createServer }] = await Promise.all([import('../http/app.js'), import('../http/server.js')]);
  const measured = production || metricsPort !== null ? {} : { measures: metrics };
  const metricsHook = gateway.metrics.request;
  return createServer(createApp({ ...gateway, ...measured, metricsHook, alive, ready, log, stopping }));
}

/** What requests are counted under. */
async function contractPaths(): Promise<string[]> {
  const { readContract } = await import('../http/contract-document.js');
  return Object.keys(readContract().paths);
}

async function refuseOddClock(gateway: Gateway): Promise<void> {
  await gateway.clock.measure();
  const skewMs = gateway.clock.skewMs();
  if (Math.abs(skewMs) <= CLOCK_OFF_AT_MOST_MS) return;
  await gateway.close();
  throw new StartRefused(
    `this machine's clock is ${Math.round(skewMs / 1000)} s off the database's; set it right (NTP) and start again`,
  );
}
