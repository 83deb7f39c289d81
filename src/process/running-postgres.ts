import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SUPERUSER } from './initdb.js';
import { ownerOf } from './owner-lock.js';

/** Whether a data directory holds an embedded cluster already. */
export function hasCluster(dataDir: string): boolean {
  return existsSync(path.join(dataDir, 'postgres', 'PG_VERSION'));
}

/**
 * The connection to the embedded database that another process of ours runs on this data directory; `null` when none does. For
 * looking, not for starting: its owner stops it without asking.
 */
export function runningPostgresUrl(dataDir: string): string | null {
  if (ownerOf(dataDir) === null) return null;
  try {
    // The file's lines: pid, directory, start time, port, ….
    const port = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
    const password = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8').trim();
    return port === undefined ? null : `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/interline`;
  } catch {
    return null;
  }
}
