import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Environment } from '../../config/environment.js';
import { CLOCK_OFF_AT_MOST_MS, createClockGuard } from '../../core/health/clock-guard.js';
import { startEmbeddedPostgres } from '../../process/embedded-postgres.js';
import { hasCluster, runningPostgresUrl } from '../../process/running-postgres.js';
import { databaseTime } from '../../store/database-time.js';
import { failed, type Finding, passed, reasonOf } from './finding.js';
import { checkWork } from './work.js';

/** Checks of the database, of our clock against its own, and of what its rows say of the gateway at work. */
export async function checkDatabase(environment: Environment): Promise<Finding[]> {
  try {
    const opened = await openDatabase(environment);
    try {
      return await inspect(opened.url, opened.name, environment);
    } finally {
      await opened.close();
    }
  } catch (error) {
    return [failed('database', reasonOf(error), advice(environment))];
  }
}

const OLDEST_VERSION = 150_000;

interface OpenedDatabase {
  readonly name: string;
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * The database that a start would use. An embedded one that runs already is only visited; one that does not is started for the check,
 * and where none has been made yet a temporary one shows that it could be.
 */
async function openDatabase({ databaseUrl, dataDir }: Environment): Promise<OpenedDatabase> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (databaseUrl !== null) return { name: 'DATABASE_URL', url: databaseUrl, close: nothing };
  const running = runningPostgresUrl(dataDir);
  if (running !== null) return { name: 'embedded, running', url: running, close: nothing };
  const started = hasCluster(dataDir)
    ? await startEmbeddedPostgres({ dataDir })
    : await startEmbeddedPostgres({ dataDir: mkdtempSync(path.join(tmpdir(), 'interline-doctor-')), ephemeral: true });
  return { name: 'embedded', url: started.url, close: () => started.stop() };
}

async function inspect(url: string, name: string, environment: Environment): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    return [await serverFinding(client, name), await clockFinding(client), ...(await checkWork(client, environment))];
  } finally {
    await client.end();
  }
}

async function serverFinding(client: pg.Client, name: string): Promise<Finding> {
  const { rows } = await client.query<{ number: number; version: string; encoding: string; may_create_roles: boolean }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
            current_setting('server_encoding') AS encoding, rolsuper OR rolcreaterole AS may_create_roles
       FROM pg_roles WHERE rolname = current_user`,
  );
  const server = rows[0];
  if (server === undefined) return failed('database', 'no row for the current role', 'check the role of DATABASE_URL');
  const detail = `PostgreSQL ${server.version} (${name})`;
  if (server.number < OLDEST_VERSION) return failed('database', detail, 'use PostgreSQL 15 or newer');
  if (server.encoding !== 'UTF8')
    return failed('database', `${detail}, ${server.encoding}`, 'create the database with encoding UTF8');
  if (!server.may_create_roles) {
    return failed(
      'database',
      `${detail}, whose owner may not create roles`,
      'grant the owner CREATEROLE: the migrations create the logins of the processes',
    );
  }
  return passed('database', detail);
}

async function clockFinding(client: pg.Client): Promise<Finding> {
  const clock = createClockGuard(() => databaseTime(client), CLOCK_OFF_AT_MOST_MS);
  await clock.measure();
  const detail = `${Math.abs(Math.round(clock.skewMs()))} ms from the database's`;
  if (clock.right()) return passed('clock', detail);
  return failed('clock', detail, 'set the clocks of this machine and of the database by NTP; workers refuse to start');
}

function advice({ databaseUrl }: Environment): string {
  return databaseUrl === null
    ? 'mend that, or set DATABASE_URL to a PostgreSQL 15 or newer'
    : 'check that DATABASE_URL is right and the server can be reached from here';
}
