import type { Environment, Role } from '../config/environment.js';
import { loadSchemes } from '../config/schemes.js';
import type { HttpServer } from '../http/server.js';
import { createLogger, type Logger } from '../observe/log.js';
import { onStop, ready } from '../process/child.js';
import { masterKeyOf } from '../process/master-key.js';
import { StartRefused } from '../process/start-refused.js';
import { type Gateway, openGateway } from './gateway.js';

/** The queue's PostgreSQL backend goes by each worker's clock; one that is off would hold jobs back or take others' too early. */
const SKEW_AT_MOST_MS = 2_000;

/**
 * Runs these roles in this process until it is asked to stop: first no new requests, then no new work, then the work under way
 * ends. Tells the supervisor, if there is one, when it is ready and where it listens.
 */
export async function runRoles(environment: Environment, databaseUrl: string, roles: ReadonlySet<Role>): Promise<void> {
  const log = createLogger({ level: environment.logLevel, name: [...roles].join('+') });
  const gateway = await openGateway({
    databaseUrl,
    masterKey: masterKeyOf(environment),
    redisUrls: environment.redisUrls,
    schemes: loadSchemes(...environment.schemeDirectories),
    log,
  });
  const stopping = new AbortController();
  const server = roles.has('api') ? await openDoor(gateway, log, stopping.signal) : null;
  onStop(async () => {
    stopping.abort();
    await server?.stop();
    await gateway.close();
  });
  if (roles.has('worker')) {
    await refuseOddClock(gateway);
    gateway.startWorker();
  }
  if (roles.has('scheduler')) gateway.startScheduler();
  const port = server === null ? null : await server.listen(environment.port, environment.host);
  ready({ port });
}

/** The door is loaded only where there is one: a worker starts the sooner without it. */
async function openDoor(gateway: Gateway, log: Logger, stopping: AbortSignal): Promise<HttpServer> {
  const [{ createApp }, { createServer }] = await Promise.all([import('../http/app.js'), import('../http/server.js')]);
  const ready = async () => {
    const database = await gateway.ping().then(
      () => true,
      () => false,
    );
    return { ok: database, checks: { database } };
  };
  return createServer(createApp({ ...gateway, ready, log, stopping }));
}

async function refuseOddClock(gateway: Gateway): Promise<void> {
  const skewMs = await gateway.clockSkewMs();
  if (Math.abs(skewMs) <= SKEW_AT_MOST_MS) return;
  await gateway.close();
  throw new StartRefused(
    `this machine's clock is ${Math.round(skewMs / 1000)} s off the database's; set it right (NTP) and start again`,
  );
}
