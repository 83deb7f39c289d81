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
import { supervise, type Supervisor } from '../../src/process/supervisor.js';
import { freshDatabase, testMasterKey } from './database.js';

/** API, worker and sandbox as processes of their own over a fresh database, under a supervisor in this process. */
export interface Processes {
  readonly baseUrl: string;
  readonly sandboxUrl: string;
  readonly ownerUrl: string;
  readonly platformKey: string;
  readonly supervisor: Supervisor;
  /** Kills a process as a machine would; the supervisor starts it again. False between two lives. */
  kill(name: 'api' | 'worker-1'): boolean;
  close(): Promise<void>;
}

export async function startProcesses(redisUrl: string | null): Promise<Processes> {
  const database = await freshDatabase();
  const dataDir = mkdtempSync(path.join(tmpdir(), 'interline-processes-'));
  const masterKey = testMasterKey();
  const places = {
    port: await freePort(),
    ownerUrl: database.ownerUrl,
    sandboxUrl: `http://127.0.0.1:${await freePort()}`,
    masterKey,
  };
  const token = (): string => mintApiKey('test').token;
  const tokens = { platformKey: token(), otherPlatformKey: token(), supportKey: token(), adminKey: token() };
  const schemes = loadSchemes(fromRoot('schemes'));
  await seed({
    ownerUrl: database.ownerUrl,
    masterKey,
    schemes,
    sandboxUrl: places.sandboxUrl,
    keys: demoKeys(tokens),
  });
  const environment = readEnvironment({ INTERLINE_DATA_DIR: dataDir, LOG_LEVEL: 'silent' });
  const specs = childrenOf(environment, places).map((spec) => ({
    ...spec,
    env: { ...spec.env, LOG_LEVEL: 'silent', REDIS_URL: redisUrl ?? '' },
  }));
  const supervisor = supervise(specs);
  await supervisor.ready;
  return {
    baseUrl: `http://127.0.0.1:${places.port}`,
    sandboxUrl: places.sandboxUrl,
    ownerUrl: database.ownerUrl,
    platformKey: tokens.platformKey,
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
