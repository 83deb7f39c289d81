import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** Whom PostgreSQL runs as: PostgreSQL refuses to run as root. No ids: as ourselves. */
export interface PostgresAccount {
  readonly name: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** An environment free of ours: no LANG, locale or PG* variable may decide how the cluster is made. */
export const CLEAN_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/**
 * The account for a cluster. As root it is the owner of a cluster that exists already, so that a `postgres` user who appears later
 * does not lock us out of it; else `postgres`, `nobody`, or the customary number of nobody.
 */
export function postgresAccount(cluster: string): PostgresAccount {
  if (process.getuid?.() !== 0) return { name: 'this user' };
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const uid = numberOf('-u', name);
    const gid = numberOf('-g', name);
    if (uid !== null && gid !== null) return { name: `user ${name}`, uid, gid };
  }
  return { name: 'user nobody', uid: 65534, gid: 65534 };
}

/** The spawn options that make a program run as the account. */
export function runAs(account: PostgresAccount): { uid?: number; gid?: number } {
  return account.uid === undefined || account.gid === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** Whether the account can walk into a directory; asked of the system itself, since modes, groups and ACLs all have a say. */
export function canEnter(account: PostgresAccount, directory: string): boolean {
  const script = 'cd -- "$1" 2>/dev/null';
  const options = { ...runAs(account), env: CLEAN_ENVIRONMENT, cwd: '/', stdio: 'ignore' } as const;
  return spawnSync('/bin/sh', ['-c', script, 'sh', directory], options).status === 0;
}

function numberOf(flag: '-u' | '-g', name: string): number | null {
  try {
    const text = execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return Number(text);
  } catch {
    return null;
  }
}
