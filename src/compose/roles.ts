import type { Environment, Role } from '../config/environment.js';
import { fromRoot } from '../config/paths.js';
import { loadSchemes } from '../config/schemes.js';
import { createApp } from '../http/app.js';
import { createServer } from '../http/server.js';
import { createLogger } from '../observe/log.js';
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
    schemes: loadSchemes(fromRoot('schemes')),
    log,
  });
  const stopping = new AbortController();
  const app = createApp({
    ...gateway,
    ready: async () => {
      const database = await gateway.ping().then(
        () => true,
        () => false,
      );
      return { ok: database, checks: { database } };
    },
    log,
    stopping: stopping.signal,
  });
  const server = roles.has('api') ? createServer(app) : null;
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

async function refuseOddClock(gateway: Gateway): Promise<void> {
  const skewMs = await gateway.clockSkewMs();
  if (Math.abs(skewMs) <= SKEW_AT_MOST_MS) return;
  await gateway.close();
  throw new StartRefused(
    `this machine's clock is ${Math.round(skewMs / 1000)} s off the database's; set it right (NTP) and start again`,
  );
}
