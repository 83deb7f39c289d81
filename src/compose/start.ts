import { ConfigurationError, type Environment, ROLES } from '../config/environment.js';
import { loadSchemes } from '../config/schemes.js';
import type { WatchDoor } from '../http/watch-door.js';
import { createLogger } from '../observe/log.js';
import { startEmbeddedPostgres } from '../process/embedded-postgres.js';
import { freePort } from '../process/free-port.js';
import { masterKeyOf } from '../process/master-key.js';
import { supervise } from '../process/supervisor.js';
import { ChildFailed } from '../process/supervised-child.js';
import { childrenOf, type Places } from './children.js';
import { welcome } from './welcome.js';
import { writeCredentials, type Credentials } from './credentials.js';
import { migrate } from './migrate.js';
import { refuseUnsafeQueue } from './queue-guard.js';
import { demoKeys, seed } from './seed.js';
import { createSupervisorAnswers, openWatchOfAll } from './watch-all.js';

/**
 * Runs the gateway until it is told to stop. With all roles: database (embedded unless DATABASE_URL names one), migrations,
 * simulated suppliers, API and workers as processes under one supervisor. With some roles: those, in this process.
 */
export async function start(environment: Environment): Promise<void> {
  if (environment.roles.size === ROLES.length) {
    await startAll(environment);
    return;
  }
  if (environment.databaseUrl === null) {
    throw new ConfigurationError(
      'INTERLINE_ROLES other than all needs DATABASE_URL: the embedded database belongs to a full start',
    );
  }
  // Loaded here and not by the supervisor, which has no use for it.
  const { runRoles } = await import('./roles.js');
  await runRoles(environment, environment.databaseUrl, environment.roles);
}

async function startAll(environment: Environment): Promise<void> {
  const log = createLogger({ level: environment.logLevel, name: 'supervisor' });
  await refuseUnsafeQueue(environment);
  const masterKey = masterKeyOf(environment);
  const embedded =
    environment.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: environment.dataDir }) : null;
  const ownerUrl = environment.databaseUrl ?? embedded?.url ?? '';
  let watchDoor: WatchDoor | null = null;
  try {
    const port = environment.port === 0 ? await freePort() : environment.port;
    const sandboxUrl = await sandboxUrlOf(environment);
    const places: Places = { port, ownerUrl, sandboxUrl, masterKey };
    await migrate({ ownerUrl, masterKey });
    const credentials = environment.production ? null : await prepareDevelopment(environment, places);
    const supervisor = supervise(childrenOf(environment, places), {
      own: createSupervisorAnswers(),
      log: (event) => {
        if (event.event !== 'child-ready') log.warn(event, event.event);
      },
      afterStop: async () => {
        await watchDoor?.stop();
        await embedded?.stop();
      },
    });
    watchDoor = await openWatchOfAll(environment, supervisor);
    void embedded?.lost.then((error) => {
      log.error({ error }, 'the embedded database ended and did not come back');
      void supervisor.stop(1);
    });
    await supervisor.ready.then(
      () => {
        welcome(environment, places, credentials);
      },
      (error: unknown) => {
        if (!(error instanceof ChildFailed)) throw error;
        process.stderr.write(`${error.message}\n`);
      },
    );
    process.exitCode = await supervisor.stopped;
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** Demo tenants, their keys and the connections to the sandbox. */
async function prepareDevelopment(environment: Environment, places: Places): Promise<Credentials> {
  const credentials = writeCredentials(environment.dataDir, {
    baseUrl: `http://${environment.host}:${places.port}`,
    sandboxUrl: places.sandboxUrl,
  });
  const { ownerUrl, masterKey, sandboxUrl } = places;
  const schemes = loadSchemes(...environment.schemeDirectories);
  await seed({ ownerUrl, masterKey, schemes, sandboxUrl, keys: demoKeys(credentials) });
  return credentials;
}

async function sandboxUrlOf(environment: Environment): Promise<string | null> {
  switch (environment.sandbox.kind) {
    case 'own':
      return `http://127.0.0.1:${environment.sandboxPort === 0 ? await freePort() : environment.sandboxPort}`;
    case 'elsewhere':
      return environment.sandbox.url;
    case 'off':
      return null;
    default:
      return environment.sandbox satisfies never;
  }
}
