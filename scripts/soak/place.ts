import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { childrenOf } from '../../src/compose/children.js';
import { migrate } from '../../src/compose/migrate.js';
import { seed, type SeedKey } from '../../src/compose/seed.js';
import { readEnvironment } from '../../src/config/environment.js';
import { fromRoot } from '../../src/config/paths.js';
import { SCOPES } from '../../src/core/access/caller.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { mintApiKey } from '../../src/privacy/api-key.js';
import { clusterPlace } from '../../src/process/cluster-place.js';
import { startEmbeddedPostgres } from '../../src/process/embedded-postgres.js';
import { freePort } from '../../src/process/free-port.js';
import { masterKeyOf } from '../../src/process/master-key.js';
import { postgresAccount } from '../../src/process/postgres-account.js';
import { postmasterPid } from '../../src/process/postmaster.js';
import type { ChildSpec } from '../../src/process/supervised-child.js';
import { supervise, type Supervisor } from '../../src/process/supervisor.js';
import type { Scheme } from '../../src/spec/scheme.js';
import { compileApart } from '../compiled.js';
import { type SoakRedis, startRedis } from './redis.js';

/** The schemes of the soak: one for each kind of recovery that a supplier can have. */
const SCHEMES_DIR = fromRoot('adapters', 'reference', 'schemes');

const WORKERS = 2;

/** A tenant with its platform's and its support's key. */
export interface Tenant {
  readonly name: string;
  readonly platformKey: string;
  readonly supportKey: string;
}

/** Everything that runs during a soak, each part killable by itself. */
export interface Place {
  readonly baseUrl: string;
  readonly sandboxUrl: string;
  readonly ownerUrl: string;
  readonly schemes: readonly Scheme[];
  readonly tenants: readonly Tenant[];
  readonly adminKey: string;
  readonly supervisor: Supervisor;
  readonly workers: readonly string[];
  readonly redis: SoakRedis | null;
  /** Ends the database server as a machine would; it comes back on its data. False while it is not up. */
  killPostgres(): boolean;
  stop(): Promise<void>;
}

/** Starts database, queue, suppliers, API and two workers, all from compiled JavaScript so that a restart is quick. */
export async function openPlace(
  queue: 'postgres' | 'redis',
  tenantCount: number,
  schemesDir: string = SCHEMES_DIR,
): Promise<Place> {
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await open(queue, tenantCount, schemesDir, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Undo = (() => Promise<void> | void)[];

/** What has to be stopped is put on `undo` as it starts. */
async function open(
  queue: 'postgres' | 'redis',
  tenantCount: number,
  schemesDir: string,
  undo: Undo,
): Promise<Omit<Place, 'stop'>> {
  const { dataDir, compiled } = folders(undo);
  const environment = readEnvironment({
    INTERLINE_DATA_DIR: dataDir,
    INTERLINE_PROCESSES: String(WORKERS),
    INTERLINE_SCHEMES: schemesDir,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  });
  const masterKey = masterKeyOf(environment);
  const postgres = await startEmbeddedPostgres({ dataDir });
  undo.push(() => postgres.stop());
  const redis = queue === 'redis' ? await startRedis() : null;
  if (redis !== null) undo.push(() => redis.stop());
  const sandboxUrl = `http://127.0.0.1:${await freePort()}`;
  const places = { port: await freePort(), ownerUrl: postgres.url, sandboxUrl, masterKey };
  await migrate({ ownerUrl: postgres.url, masterKey });
  const schemes = loadSchemes(schemesDir);
  const tenants = Array.from({ length: tenantCount }, (_none, index) => newTenant(`soak-${index + 1}`));
  const admin: SeedKey = { tenant: 'operator', name: 'admin', token: mintApiKey('test').token, scopes: SCOPES };
  await seed({ ownerUrl: postgres.url, masterKey, schemes, sandboxUrl, keys: [...tenants.flatMap(keysOf), admin] });
  const env = { LOG_LEVEL: environment.logLevel, REDIS_URL: redis?.url ?? '', INTERLINE_SCHEMES: schemesDir };
  const supervisor = supervise(childrenOf(environment, places).map((spec) => forSoak(spec, compiled, env)));
  undo.push(async () => {
    await supervisor.stop();
  });
  await supervisor.ready;
  const cluster = clusterPlace(dataDir, postgresAccount(path.join(dataDir, 'postgres')));
  return {
    baseUrl: `http://127.0.0.1:${places.port}`,
    sandboxUrl,
    ownerUrl: postgres.url,
    schemes,
    tenants,
    adminKey: admin.token,
    supervisor,
    workers: Array.from({ length: WORKERS }, (_none, index) => `worker-${index + 1}`),
    redis,
    killPostgres: () => kill(postmasterPid(cluster)),
  };
}

function folders(undo: Undo): { readonly dataDir: string; readonly compiled: string } {
  const compiled = compileApart('soak');
  undo.push(() => {
    compiled.remove();
  });
  const dataDir = mkdtempSync(path.join(tmpdir(), 'interline-soak-'));
  undo.push(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { dataDir, compiled: compiled.folder };
}

/** `false` when there is nothing to kill just now. */
export function kill(pid: number | null, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function newTenant(name: string): Tenant {
  return { name, platformKey: mintApiKey('test').token, supportKey: mintApiKey('test').token };
}

function keysOf({ name, platformKey, supportKey }: Tenant): SeedKey[] {
  return [
    { tenant: name, name: 'platform', token: platformKey, scopes: ['read', 'link', 'accrue', 'redeem'] },
    { tenant: name, name: 'support', token: supportKey, scopes: ['read', 'support'] },
  ];
}

/** The compiled module instead of the source, the queue of this soak, and a wall clock that can be made to jump. */
function forSoak(spec: ChildSpec, compiled: string, env: Readonly<Record<string, string>>): ChildSpec {
  const module = path.join(compiled, path.relative(fromRoot(), spec.module).replace(/\.ts$/, '.js'));
  const clock = pathToFileURL(fromRoot('scripts', 'soak', 'skewed-clock.mjs')).href;
  return {
    ...spec,
    module,
    env: { ...spec.env, ...env, NODE_OPTIONS: `--import ${clock}` },
  };
}
