import path from 'node:path';
import type { Environment } from '../config/environment.js';
import { moduleFile } from '../config/paths.js';
import { loadSchemes } from '../config/schemes.js';
import type { ChildSpec } from '../process/supervised-child.js';
import { toTypeId } from '../spec/typeid.js';
import { seededConnectionId } from './seed.js';

/** Where this start put things. */
export interface Places {
  readonly port: number;
  readonly ownerUrl: string;
  readonly sandboxUrl: string | null;
  readonly masterKey: Buffer;
}

/** The processes of a full start. Stopping goes stage by stage: the API first, then workers, then the suppliers. */
export function childrenOf(environment: Environment, places: Places): ChildSpec[] {
  const main = moduleFile('src/cli/index.ts');
  const env = {
    DATABASE_URL: places.ownerUrl,
    INTERLINE_MASTER_KEY: places.masterKey.toString('base64'),
    INTERLINE_DATA_DIR: environment.dataDir,
    INTERLINE_SANDBOX: 'off',
    INTERLINE_SCHEMES: environment.schemeDirectories.join(path.delimiter),
    // The start has looked already, and the numbers of all are told in one place.
    INTERLINE_REDIS_GUARD: 'off',
    METRICS_PORT: environment.metricsPort === null ? '' : 'supervisor',
    PORT: String(places.port),
  };
  const workers = Array.from({ length: environment.processes }, (_none, index) => ({
    name: `worker-${index + 1}`,
    module: main,
    args: ['start'],
    env: { ...env, INTERLINE_ROLES: index === 0 ? 'worker,scheduler' : 'worker' },
    stopStage: 2,
  }));
  return [
    { name: 'api', module: main, args: ['start'], env: { ...env, INTERLINE_ROLES: 'api' }, stopStage: 1 },
    ...workers,
    ...(environment.sandbox.kind === 'own' && places.sandboxUrl !== null
      ? [sandbox(environment, places.port, places.sandboxUrl)]
      : []),
  ];
}

function sandbox(environment: Environment, port: number, url: string): ChildSpec {
  const inbound = `http://${environment.host === '0.0.0.0' ? '127.0.0.1' : environment.host}:${port}/v1/inbound`;
  const pushUrls = loadSchemes(...environment.schemeDirectories).map((scheme) => [
    scheme.id,
    `${inbound}/${toTypeId('con', seededConnectionId(scheme.id))}`,
  ]);
  return {
    name: 'sandbox',
    module: moduleFile('sandbox/main.ts'),
    env: {
      SANDBOX_PORT: new URL(url).port,
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_DATA_DIR: path.join(environment.dataDir, 'sandbox'),
      SANDBOX_SCHEMES: environment.schemeDirectories.join(path.delimiter),
      SANDBOX_PUSH_URLS: JSON.stringify(Object.fromEntries(pushUrls)),
    },
    answers: 'nothing',
    stopStage: 3,
  };
}
