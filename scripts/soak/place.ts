import { spawnSync } from 'node:child_process';
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
  build();
  const dataDir = mkdtempSync(path.join(tmpdir(), 'interline-soak-'));
  const environment = readEnvironment({
    INTERLINE_DATA_DIR: dataDir,
    INTERLINE_PROCESSES: String(WORKERS),
    INTERLINE_SCHEMES: schemesDir,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  });
  const masterKey = masterKeyOf(environment);
  const postgres = await startEmbeddedPostgres({ dataDir });
  const redis = queue === 'redis' ? await startRedis() : null;
  const sandboxUrl = `http://127.0.0.1:${await freePort()}`;
  const places = { port: await freePort(), ownerUrl: postgres.url, sandboxUrl, masterKey };
  await migrate({ ownerUrl: postgres.url, masterKey });
  const schemes = loadSchemes(schemesDir);
  const tenants = Array.from({ length: tenantCount }, (_none, index) => newTenant(`soak-${index + 1}`));
  const admin: SeedKey = { tenant: 'operator', name: 'admin', token: mintApiKey('test').token, scopes: SCOPES };
  await seed({ ownerUrl: postgres.url, masterKey, schemes, sandboxUrl, keys: [...tenants.flatMap(keysOf), admin] });
  const supervisor = supervise(
    childrenOf(environment, places).map((spec) =>
      forSoak(spec, { LOG_LEVEL: environment.logLevel, REDIS_URL: redis?.url ?? '', INTERLINE_SCHEMES: schemesDir }),
    ),
  );
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
    stop: async () => {
      await supervisor.stop();
      await redis?.stop();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
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

function build(): void {
  const built = spawnSync(process.execPath, [fromRoot('bin', 'build.mjs')], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the build failed');
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
function forSoak(spec: ChildSpec, env: Readonly<Record<string, string>>): ChildSpec {
  const root = fromRoot();
  const module = path.join(root, 'dist', path.relative(root, spec.module).replace(/\.ts$/, '.js'));
  const clock = pathToFileURL(fromRoot('scripts', 'soak', 'skewed-clock.mjs')).href;
  return {
    ...spec,
    module,
    env: { ...spec.env, ...env, NODE_OPTIONS: `--import ${clock}` },
  };
}
