import { rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { clusterPlace, placedOutside } from './cluster-place.js';
import { ensureCluster, SUPERUSER } from './initdb.js';
import { acquireOwnerLock, type OwnerLock } from './owner-lock.js';
import { postgresAccount } from './postgres-account.js';
import { postgresBinaries } from './postgres-binaries.js';
import { type PostmasterPlan, startPostmaster } from './postmaster.js';

export interface EmbeddedPostgresOptions {
  /** Interline's data directory; the cluster and the password of its superuser are kept in it. */
  readonly dataDir: string;
  /** For tests and demos: no flushing to disk, and the data directory is removed at the end. */
  readonly ephemeral?: boolean;
  readonly log?: (line: string) => void;
}

/** A PostgreSQL that belongs to this process and ends with it, SIGKILL included. */
export interface EmbeddedPostgres {
  /** The superuser's connection to the database `interline`. */
  readonly url: string;
  readonly port: number;
  /** Resolves with the reason if the server ended by itself and could not be brought back on its port; pends otherwise. */
  readonly lost: Promise<Error>;
  /** Disconnects everybody, stops the server and gives up the data directory. */
  stop(): Promise<void>;
}

/** Starts the PostgreSQL that comes with Interline. Throws `StartRefused`, with one line for the operator, when that cannot be. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const lock = await acquireOwnerLock(dataDir);
  try {
    return await startOwned(dataDir, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startOwned(
  dataDir: string,
  lock: OwnerLock,
  { ephemeral = false, log = () => undefined }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const account = postgresAccount(path.join(dataDir, 'postgres'));
  const binaries = postgresBinaries(account, dataDir);
  const cluster = clusterPlace(dataDir, account);
  const passwordFile = path.join(dataDir, 'postgres-password');
  const password = ensureCluster({ binaries, account, cluster, passwordFile, ephemeral });
  const server = await keepRunning({ program: binaries.postgres, account, cluster, ephemeral, log });
  const { port, lost } = server;
  const url = (database: string): string => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
  const stop = async (): Promise<void> => {
    await server.stop();
    lock.release();
    if (!ephemeral) return;
    const outside = placedOutside(dataDir, cluster);
    if (outside !== null) rmSync(outside, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await ensureDatabase(url('postgres'), 'interline');
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: url('interline'), port, lost, stop };
}

/** Starts the server, and again on the same port whenever it ends by itself, so that the URL given out stays good. */
async function keepRunning(plan: PostmasterPlan): Promise<Pick<EmbeddedPostgres, 'port' | 'lost' | 'stop'>> {
  const first = await startPostmaster(plan);
  let current = Promise.resolve(first);
  let stopping = false;
  const watch = async (): Promise<Error> => {
    for (;;) {
      await (await current).exited;
      if (stopping) return await new Promise<never>(() => undefined);
      plan.log('the database server has ended by itself; starting it again');
      current = startPostmaster({ ...plan, port: first.port });
    }
  };
  const lost = watch().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const stop = async (): Promise<void> => {
    stopping = true;
    const running = await current.catch(() => null);
    await running?.stop();
  };
  return { port: first.port, lost, stop };
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
