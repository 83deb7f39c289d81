import { chmodSync, existsSync, lstatSync, mkdtempSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { canEnter, type PostgresAccount } from './postgres-account.js';
import { EXIT, StartRefused } from './start-refused.js';
import { systemPlace } from './system-place.js';

/**
 * Where the cluster of a data directory lies: `postgres` inside it, or, when PostgreSQL's account cannot get there, a directory of the
 * system place to which `postgres` is then a symbolic link, so that the next start finds the same cluster.
 */
export function clusterPlace(dataDir: string, account: PostgresAccount): string {
  const inside = path.join(dataDir, 'postgres');
  if (lstatSync(inside, { throwIfNoEntry: false })?.isSymbolicLink() === true) return readlinkSync(inside);
  if (account.uid === undefined || reachable(dataDir, account)) return inside;
  if (existsSync(inside)) {
    throw new StartRefused(
      `PostgreSQL runs as ${account.name}, who can no longer reach ${inside}; open the directories above it for passing through (chmod o+x)`,
      EXIT.noPermission,
    );
  }
  const elsewhere = mkdtempSync(path.join(systemPlace(), 'data-'));
  chmodSync(elsewhere, 0o755);
  const cluster = path.join(elsewhere, 'postgres');
  symlinkSync(cluster, inside);
  return cluster;
}

/** The directory of our own that was made for a cluster outside its data directory; `null` when the cluster lies inside. */
export function placedOutside(dataDir: string, cluster: string): string | null {
  return cluster === path.join(dataDir, 'postgres') ? null : path.dirname(cluster);
}

/** Everything private in a data directory has a mode of its own, so the directory itself may be passed through. */
function reachable(dataDir: string, account: PostgresAccount): boolean {
  chmodSync(dataDir, statSync(dataDir).mode | 0o011);
  return canEnter(account, dataDir);
}
