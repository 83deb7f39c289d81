import type { Environment, Role } from '../config/environment.js';
import { fromRoot } from '../config/paths.js';
import { loadSchemes } from '../config/schemes.js';
import { createApp } from '../http/app.js';
import { createServer } from '../http/server.js';
import { createLogger } from '../observe/log.js';
import { onStop, ready } from '../process/child.js';
import { masterKeyOf } from '../process/master-key.js';
import { openGateway } from './gateway.js';

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
  if (roles.has('worker')) gateway.startWorker();
  if (roles.has('scheduler')) gateway.startScheduler();
  const port = server === null ? null : await server.listen(environment.port, environment.host);
  ready({ port });
}
