import { randomBytes, randomUUID } from 'node:crypto';
import type { Gateway } from '../compose/gateway.js';
import type { Environment } from '../config/environment.js';
import { loadSchemes } from '../config/schemes.js';
import type { Caller } from '../core/access/caller.js';
import type { IdempotentRequest } from '../core/answer.js';
import { type FieldError, Problem } from '../core/problem.js';
import type { ConnectionFacts } from '../core/supplier/ports.js';
import { PROBLEMS_EN } from '../http/problem-sentences-en.js';
import { createLogger } from '../observe/log.js';
import { masterKeyFromBytes, rolePassword } from '../privacy/master-key.js';
import { readMasterKey } from '../process/master-key.js';
import { runningPostgresUrl } from '../process/running-postgres.js';
import { EXIT, StartRefused } from '../process/start-refused.js';
import { createConnectionStore } from '../store/connection-store.js';
import { openPools } from '../store/pools.js';
import { asTenants } from '../store/tenant-scope.js';

/** A tenant as an operator names it. */
export interface NamedTenant {
  readonly id: string;
  readonly name: string;
}

/**
 * The gateway as a verb uses it: in this process, over the database of the running one. A verb carries its work out
 * by itself, whether or not a worker helps; `close` leaves what is unfinished to whoever comes next.
 */
export interface GatewayDoor {
  readonly gateway: Gateway;
  /** By name, the operator left out. */
  readonly tenants: readonly NamedTenant[];
  readonly connections: readonly ConnectionFacts[];
  close(): Promise<void>;
}

/** The operator has no key: what it does by hand is audited under the key that nobody else can have. */
export const OPERATOR = '00000000-0000-0000-0000-000000000000';

/** The exit code of a verb that Ctrl-C ended, as shells have it. */
export const INTERRUPTED = 130;

/**
 * Opens the gateway over `DATABASE_URL`, else over the embedded database that a gateway runs. Throws `StartRefused`.
 */
export async function openDoor(environment: Environment): Promise<GatewayDoor> {
  const { dataDir } = environment;
  const databaseUrl = environment.databaseUrl ?? runningPostgresUrl(dataDir);
  if (databaseUrl === null) {
    throw new StartRefused(
      `no database: set DATABASE_URL, or start the gateway whose data is in ${dataDir} first (interline start)`,
    );
  }
  const masterKey = environment.masterKey ?? readMasterKey(dataDir);
  if (masterKey === null) {
    throw new StartRefused('no master key: set INTERLINE_MASTER_KEY to that of the gateway', EXIT.configuration);
  }
  const places = await readPlaces(databaseUrl, masterKey);
  // Loaded here: the other verbs should not wait for the whole gateway.
  const { openGateway } = await import('../compose/gateway.js');
  const gateway = await openGateway({
    databaseUrl,
    masterKey,
    redisUrls: environment.redisUrls,
    schemes: loadSchemes(...environment.schemeDirectories),
    log: createLogger({ level: environment.logLevel, name: 'command', destination: process.stderr }),
  });
  return { gateway, ...places, close: () => gateway.close() };
}

async function readPlaces(
  databaseUrl: string,
  masterKey: Buffer,
): Promise<Pick<GatewayDoor, 'tenants' | 'connections'>> {
  const master = masterKeyFromBytes(masterKey);
  const passwords = { app: rolePassword(master, 'app'), relay: rolePassword(master, 'relay') };
  const quiet = { appConnections: 1, relayConnections: 1, onError: () => undefined };
  const pools = openPools({ databaseUrl, passwords, ...quiet });
  try {
    const ids = await pools.relay.query<{ id: string }>('SELECT id FROM tenant');
    const names = await asTenants(
      pools.app,
      ids.rows.map(({ id }) => id),
      (client) => client.query<NamedTenant>('SELECT id, name FROM tenant WHERE id <> $1 ORDER BY name, id', [OPERATOR]),
    );
    return { tenants: names.rows, connections: await createConnectionStore(pools).all() };
  } finally {
    await pools.end();
  }
}

/** The one tenant of that name or id; without a name the only one there is. Throws with those to choose from. */
export function tenantNamed(tenants: readonly NamedTenant[], named: string | undefined): NamedTenant {
  const found = named === undefined ? tenants : tenants.filter(({ id, name }) => id === named || name === named);
  const [tenant] = found;
  if (tenant !== undefined && found.length === 1) return tenant;
  const choice = tenants.map(({ name }) => name).join(', ');
  if (named === undefined) throw new Error(`which tenant? say --tenant with one of: ${choice}`);
  throw new Error(
    `${found.length === 0 ? 'no tenant is' : 'several tenants are'} called ${named}; there are: ${choice}`,
  );
}

/** The operator in the name of a tenant, or in its own. */
export function operatorAs(tenantId: string): Caller {
  return { tenantId, keyId: OPERATOR, scopes: new Set(['read', 'support']), organisation: null };
}

/** Every call of a verb is a request of its own; asking for what is under way joins that. */
export function newRequest(): IdempotentRequest {
  return {
    key: `command-${randomUUID()}`,
    fingerprint: randomBytes(32),
    refuse: (problem) => {
      throw problem;
    },
  };
}

/** A refusal as one line, with the options it is about; anything else as it is. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  if (error.code === 'NOT_FOUND') return new Error('this tenant has no such link or operation');
  const { errors } = error.details;
  if (errors === undefined || errors.length === 0) return new Error(PROBLEMS_EN[error.code].detail);
  return new Error(errors.map(({ pointer, message }) => `${optionOf(pointer)} ${inEnglish(message)}`).join('; '));
}

function inEnglish(message: FieldError['message']): string {
  return typeof message === 'string' ? message : message.en;
}

const OPTIONS: Readonly<Record<string, string>> = {
  '/scope': 'what is named',
  '/scope/from': '--from',
  '/scope/to': '--to',
  '/scope/operationIds': '--operation',
  '/scope/linkId': '--link',
  '/businessDate': '--date',
  '/scheme': 'the scheme:',
};

function optionOf(pointer: string): string {
  return OPTIONS[pointer] ?? pointer;
}
