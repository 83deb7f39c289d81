import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { childrenOf } from '../../src/compose/children.js';
import { demoKeys, seed } from '../../src/compose/seed.js';
import { readEnvironment } from '../../src/config/environment.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { mintApiKey } from '../../src/privacy/api-key.js';
import { freePort } from '../../src/process/free-port.js';
import type { ChildEvent, ChildSpec } from '../../src/process/supervised-child.js';
import { supervise, type Supervisor } from '../../src/process/supervisor.js';
import { type FreshDatabase, freshDatabase, testMasterKey } from './database.js';

/** A process of the gateway by its name; the first worker is the scheduler too. */
export type ProcessName = 'api' | `worker-${number}`;

/** How the processes differ from those of a plain start; all of it may be left out. */
export interface ProcessOptions {
  /** A database with all migrations and the key its logins were made from, instead of a copy of the tests' template. */
  readonly database?: FreshDatabase & { readonly masterKey: Buffer };
  readonly workers?: number;
  /** A folder of scheme files instead of the installation's. */
  readonly schemes?: string;
  /** Added to the environment of API and workers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Modules that Node loads before ours in API and workers, by their URLs. */
  readonly preload?: readonly string[];
  /** A folder that holds our code compiled, laid out as the sources are: a restart is quicker than from TypeScript. */
  readonly compiled?: string;
  /** How long a process has to be ready for its restart to come at once, in milliseconds. */
  readonly steadyMs?: number;
  readonly log?: (event: ChildEvent) => void;
}

/** API, workers and sandbox as processes of their own over a fresh database, under a supervisor in this process. */
export interface Processes {
  readonly baseUrl: string;
  readonly sandboxUrl: string;
  readonly ownerUrl: string;
  readonly platformKey: string;
  readonly supportKey: string;
  readonly adminKey: string;
  readonly supervisor: Supervisor;
  /** Kills a process as a machine would; the supervisor starts it again. False between two lives. */
  kill(name: ProcessName): boolean;
  close(): Promise<void>;
}

export async function startProcesses(redisUrl: string | null, options: ProcessOptions = {}): Promise<Processes> {
  const database = options.database ?? { ...(await freshDatabase()), masterKey: testMasterKey() };
  const { ownerUrl, masterKey } = database;
  const dataDir = mkdtempSync(path.join(tmpdir(), 'interline-processes-'));
  const sandboxUrl = `http://127.0.0.1:${await freePort()}`;
  const places = { port: await freePort(), ownerUrl, sandboxUrl, masterKey };
  const token = (): string => mintApiKey('test').token;
  const tokens = { platformKey: token(), otherPlatformKey: token(), supportKey: token(), adminKey: token() };
  const schemes = loadSchemes(options.schemes ?? fromRoot('schemes'));
  await seed({ ownerUrl, masterKey, schemes, sandboxUrl, keys: demoKeys(tokens) });
  const environment = readEnvironment({
    INTERLINE_DATA_DIR: dataDir,
    INTERLINE_PROCESSES: String(options.workers ?? 1),
    INTERLINE_SCHEMES: options.schemes,
    LOG_LEVEL: 'silent',
  });
  const specs = childrenOf(environment, places).map((spec) => specOf(spec, redisUrl, options));
  const supervisor = supervise(specs, options.log === undefined ? {} : { log: options.log });
  await supervisor.ready;
  return {
    baseUrl: `http://127.0.0.1:${places.port}`,
    sandboxUrl,
    ownerUrl,
    ...tokens,
    supervisor,
    kill: (name) => {
      const pid = supervisor.pid(name);
      if (pid === null) return false;
      process.kill(pid, 'SIGKILL');
      return true;
    },
    close: async () => {
      await supervisor.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function specOf(spec: ChildSpec, redisUrl: string | null, options: ProcessOptions): ChildSpec {
  const { compiled, schemes, steadyMs, preload = [], env } = options;
  const root = fromRoot();
  const module =
    compiled === undefined
      ? spec.module
      : path.join(compiled, path.relative(root, spec.module).replace(/\.ts$/, '.js'));
  const everybody = {
    ...spec.env,
    LOG_LEVEL: 'silent',
    REDIS_URL: redisUrl ?? '',
    ...(schemes === undefined ? {} : { INTERLINE_SCHEMES: schemes }),
  };
  if (spec.name === 'sandbox') return { ...spec, module, steadyMs, env: everybody };
  const imports = preload.length === 0 ? {} : { NODE_OPTIONS: preload.map((url) => `--import ${url}`).join(' ') };
  return { ...spec, module, steadyMs, env: { ...everybody, ...imports, ...env } };
}
