import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openGateway, type Gateway } from '../../src/compose/gateway.js';
import { demoKeys, seed, seededConnectionId, seededTenantId } from '../../src/compose/seed.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { SCOPES, type Caller } from '../../src/core/access/caller.js';
import type { IdempotentRequest } from '../../src/core/answer.js';
import { mintApiKey } from '../../src/privacy/api-key.js';
import { startSandbox } from '../../sandbox/server.js';
import { freshDatabase, testMasterKey } from './database.js';

const SCHEMES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../schemes');

/** A gateway over a database of its own with simulated suppliers beside it, all in this process. */
export interface Bench {
  readonly gateway: Gateway;
  readonly sandbox: SandboxControl;
  readonly ownerUrl: string;
  /** `supportKey` is the demo tenant's, `adminKey` the operator's. */
  readonly keys: Readonly<Record<'platformKey' | 'otherPlatformKey' | 'supportKey' | 'adminKey', string>>;
  /** The two demo tenants, with all scopes. */
  readonly demo: Caller;
  readonly other: Caller;
  /** Errors that background work told of. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

/** The sandbox's control calls. */
export interface SandboxControl {
  readonly url: string;
  post<T>(path: string, body?: unknown): Promise<T>;
  put(path: string, body: unknown): Promise<void>;
  delete(path: string): Promise<void>;
  get<T>(path: string): Promise<T>;
  /** Where the suppliers' pushes go. */
  readonly setPushUrls: (urls: Record<string, string>) => void;
}

export interface SandboxMember {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly balance: number;
  readonly form: Record<string, string>;
}

export interface Books {
  readonly postings: readonly {
    reference: string;
    supplierReference: string;
    memberNumber: string;
    points: number;
    kind: string;
  }[];
  readonly totals: { readonly count: number; readonly points: number };
}

export interface BenchOptions {
  readonly redisUrl?: string | null;
  readonly worker?: boolean;
  /** Directories of schemes, instead of those that come with Interline. */
  readonly schemeDirectories?: readonly string[];
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const schemeDirectories = options.schemeDirectories ?? [SCHEMES];
  const database = await freshDatabase();
  const schemes = loadSchemes(...schemeDirectories);
  const masterKey = testMasterKey();
  const sandbox = await startSandbox({ port: 0, host: '127.0.0.1', schemeDirectories, pushUrls: {} });
  const token = () => mintApiKey('test').token;
  const tokens = { platformKey: token(), otherPlatformKey: token(), supportKey: token(), adminKey: token() };
  await seed({ ownerUrl: database.ownerUrl, masterKey, schemes, sandboxUrl: sandbox.url, keys: demoKeys(tokens) });
  const errors: unknown[] = [];
  const gateway = await openGateway({
    databaseUrl: database.ownerUrl,
    masterKey,
    redisUrls: options.redisUrl == null ? null : [options.redisUrl],
    queuePrefix: `{t${randomBytes(4).toString('hex')}}`,
    schemes,
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (fields) => void errors.push(fields['err']),
    },
  });
  if (options.worker !== false) {
    gateway.startWorker();
    gateway.startScheduler();
  }
  return {
    gateway,
    sandbox: control(sandbox.url, (urls) => {
      sandbox.setPushUrls(urls);
    }),
    ownerUrl: database.ownerUrl,
    keys: tokens,
    demo: caller('demo'),
    other: caller('other'),
    errors,
    close: async () => {
      await gateway.close();
      await sandbox.stop();
      await database.drop();
    },
  };
}

/** Where pushes of a scheme's shared connection come in. */
export function inboundPath(scheme: string): string {
  return seededConnectionId(scheme);
}

function caller(tenant: string): Caller {
  return {
    tenantId: seededTenantId(tenant),
    keyId: seededTenantId(tenant),
    scopes: new Set(SCOPES),
    organisation: null,
  };
}

/** An idempotent request as the door would make it: the fingerprint of whatever stands for the body. */
export function request(body: unknown, key: string = randomBytes(12).toString('hex')): IdempotentRequest {
  return {
    key,
    fingerprint: createHash('sha256').update(JSON.stringify(body)).digest(),
    refuse: (problem) => ({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: problem.code, operationId: problem.details.operationId }),
    }),
  };
}

function control(url: string, setPushUrls: (urls: Record<string, string>) => void): SandboxControl {
  const call = async (method: string, where: string, body?: unknown): Promise<Response> => {
    const answer = await fetch(`${url}/_control/${where}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  return {
    url,
    post: async <T>(where: string, body: unknown = {}) => (await (await call('POST', where, body)).json()) as T,
    put: async (where, body) => {
      await call('PUT', where, body);
    },
    delete: async (where) => {
      await call('DELETE', where);
    },
    get: async <T>(where: string) => (await (await call('GET', where)).json()) as T,
    setPushUrls,
  };
}
