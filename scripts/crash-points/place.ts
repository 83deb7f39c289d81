import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrate } from '../../src/compose/migrate.js';
import { fromRoot } from '../../src/config/paths.js';
import { startEmbeddedPostgres } from '../../src/process/embedded-postgres.js';
import { type Processes, startProcesses } from '../../test/support/processes.js';
import { compileApart } from '../compiled.js';
import { openOrders, type Orders } from './orders.js';

/** A gateway as real processes that die where they are told to. */
export interface Place {
  readonly processes: Processes;
  readonly orders: Orders;
  /** How often a process has died so far. */
  readonly deaths: () => number;
  stop(): Promise<void>;
}

/** Compiles the code beside the sources' own build, starts a database and the processes over it. */
export async function openPlace(redisUrl: string | null): Promise<Place> {
  const { folder: compiled, remove } = compileApart('crash-points');
  const dataDir = mkdtempSync(path.join(tmpdir(), 'interline-crash-points-'));
  const ordersDir = path.join(dataDir, 'orders');
  mkdirSync(ordersDir);
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'database'), ephemeral: true });
  const masterKey = randomBytes(32);
  let deaths = 0;
  const clear = async (): Promise<void> => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
    remove();
  };
  try {
    await migrate({ ownerUrl: postgres.url, masterKey });
    const processes = await startProcesses(redisUrl, {
      database: { ownerUrl: postgres.url, masterKey, drop: clear },
      compiled,
      steadyMs: 0,
      preload: [pathToFileURL(fromRoot('scripts', 'crash-points', 'die-there.mjs')).href],
      env: {
        CRASH_ORDERS: ordersDir,
        CRASH_POINT_MODULE: pathToFileURL(path.join(compiled, 'src', 'spec', 'crash-point.js')).href,
      },
      log: (event) => {
        if (event.event === 'child-died') deaths += 1;
      },
    });
    let stopping = false;
    // A signal has ended the processes: there is nothing left to do here either.
    void processes.supervisor.stopped.then(async () => {
      if (stopping) return;
      await clear();
      process.exit(130);
    });
    return {
      processes,
      orders: openOrders(ordersDir),
      deaths: () => deaths,
      stop: () => {
        stopping = true;
        return processes.close();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}
