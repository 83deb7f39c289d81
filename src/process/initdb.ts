import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CLEAN_ENVIRONMENT, type PostgresAccount, runAs } from './postgres-account.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { EXIT, StartRefused } from './start-refused.js';

/** The superuser of an embedded cluster. */
export const SUPERUSER = 'interline';

export interface ClusterPlan {
  readonly binaries: PostgresBinaries;
  readonly account: PostgresAccount;
  readonly cluster: string;
  readonly passwordFile: string;
  /** The data may be lost with the machine: nothing is flushed to disk. */
  readonly ephemeral: boolean;
}

/**
 * Makes the cluster unless it is there, and returns the superuser's password, which is kept beside it with mode 0600.
 * The cluster is made under another name and renamed, so that one half made by a start that was killed is never taken for whole.
 */
export function ensureCluster(plan: ClusterPlan): string {
  const { cluster, passwordFile } = plan;
  const exists = existsSync(path.join(cluster, 'PG_VERSION'));
  const kept = existsSync(passwordFile) ? readPassword(passwordFile) : null;
  if (exists && kept !== null) return kept;
  if (exists) {
    throw new StartRefused(
      `${passwordFile} is missing, and without it the database in ${cluster} cannot be opened; restore the file, or move ${cluster} away to begin anew`,
    );
  }
  const password = kept ?? randomBytes(24).toString('base64url');
  if (kept === null) writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  createCluster(plan, password);
  return password;
}

function createCluster({ binaries, account, cluster, ephemeral }: ClusterPlan, password: string): void {
  const draft = `${cluster}.new`;
  const passwordCopy = `${cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(passwordCopy, { force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(passwordCopy, password, { mode: 0o600, flag: 'wx' });
  if (account.uid !== undefined && account.gid !== undefined) {
    chownSync(draft, account.uid, account.gid);
    chownSync(passwordCopy, account.uid, account.gid);
  }
  try {
    runInitdb(binaries.initdb, account, [
      ...['-D', draft, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordCopy}`],
      // Any of these left to the environment gives SQL_ASCII, or a locale that is not installed.
      ...['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
      ...['--no-instructions', ...(ephemeral ? ['--no-sync'] : [])],
    ]);
  } finally {
    rmSync(passwordCopy, { force: true });
  }
  renameSync(draft, cluster);
}

function runInitdb(initdb: string, account: PostgresAccount, args: readonly string[]): void {
  const run = spawnSync(initdb, args, { ...runAs(account), env: CLEAN_ENVIRONMENT, cwd: '/', encoding: 'utf8' });
  if (run.status === 0) return;
  const lines = (run.error?.message ?? run.stderr).trim().split('\n');
  throw new StartRefused(
    `the embedded database could not be created: ${lines.find((line) => line.includes('error')) ?? lines.at(-1) ?? ''}; ` +
      'mend that, or set DATABASE_URL to a PostgreSQL 15 or newer',
  );
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new StartRefused(`${file} cannot be read (${reason}); run as the user it belongs to`, EXIT.noPermission);
  }
}
