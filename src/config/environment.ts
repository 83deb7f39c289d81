import path from 'node:path';
import { z } from 'zod';
import { OWN_SCHEMES, schemeDirectories } from './scheme-directories.js';

/** What one process of the gateway may do. */
export const ROLES = ['api', 'worker', 'scheduler'] as const;
export type Role = (typeof ROLES)[number];

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The environment once understood. Ports may be 0 for any free one. */
export interface Environment {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** The owner's connection; `null`: the embedded PostgreSQL in the data directory. */
  readonly databaseUrl: string | null;
  /** One URL, or the nodes of a cluster; `null`: the queue lives in PostgreSQL. */
  readonly redisUrls: readonly string[] | null;
  /** An absolute path. */
  readonly dataDir: string;
  readonly roles: ReadonlySet<Role>;
  /** 32 bytes; `null`: the key that development keeps in the data directory. */
  readonly masterKey: Buffer | null;
  /** `own`: a process of this start, on `sandboxPort`; `elsewhere`: somebody else's, reached at `url`; `off`: none. */
  readonly sandbox:
    | { readonly kind: 'own' }
    | { readonly kind: 'elsewhere'; readonly url: string }
    | { readonly kind: 'off' };
  readonly sandboxPort: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Names of adapter packages to load beside our own. */
  readonly adapters: readonly string[];
  /** Where the schemes are read from; absolute paths. */
  readonly schemeDirectories: readonly string[];
  /** How many worker processes this start runs. */
  readonly processes: number;
  /** A port of its own for `/metrics` and health; `supervisor`: this process is asked through its supervisor; `null`: none. */
  readonly metricsPort: number | 'supervisor' | null;
  /** `off`: a start does not look whether Redis would lose jobs. */
  readonly redisGuard: 'on' | 'off';
}

/** One or more values of the environment cannot be used. The message is one line and repeats no value, since some are secrets. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Reads the variables that gateway-api.md lists; an empty one counts as not set. Throws `ConfigurationError`. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = VARIABLES.safeParse(set);
  if (!parsed.success) throw refusal(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  const values = parsed.data;
  const production = values.NODE_ENV === 'production';
  const environment: Environment = {
    production,
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrls: values.REDIS_URL ?? null,
    dataDir: path.resolve(values.INTERLINE_DATA_DIR),
    roles: values.INTERLINE_ROLES,
    masterKey: values.INTERLINE_MASTER_KEY ?? null,
    sandbox: values.INTERLINE_SANDBOX ?? { kind: production ? 'off' : 'own' },
    sandboxPort: values.SANDBOX_PORT,
    logLevel: values.LOG_LEVEL,
    adapters: values.INTERLINE_ADAPTERS,
    schemeDirectories: values.INTERLINE_SCHEMES,
    processes: values.INTERLINE_PROCESSES,
    metricsPort: values.METRICS_PORT ?? null,
    redisGuard: values.INTERLINE_REDIS_GUARD,
  };
  const conflicts = conflictsOf(environment);
  if (conflicts.length > 0) throw refusal(conflicts);
  return environment;
}

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port, 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'must be a port, 0 to 65535');

const names = z.string().transform((text) => text.split(/[\s,]+/).filter((name) => name !== ''));

const masterKey = z.string().transform((text, context): Buffer => {
  const key = Buffer.from(text, 'base64');
  const base64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(text.trim());
  if (!base64 || key.length !== 32)
    context.addIssue('must be 32 bytes in base64 (make one with: openssl rand -base64 32)');
  return key;
});

const roles = names.transform((list, context): ReadonlySet<Role> => {
  if (list.length === 1 && list[0] === 'all') return new Set(ROLES);
  const known = list.filter((name): name is Role => ROLES.some((role) => role === name));
  if (known.length !== list.length || known.length === 0) {
    context.addIssue(`must be all, or a list of ${ROLES.join(', ')}`);
  }
  return new Set(known);
});

const sandbox = z.string().transform((text, context): Environment['sandbox'] => {
  if (text === 'on') return { kind: 'own' };
  if (text === 'off') return { kind: 'off' };
  if (!hasProtocol(text, ['http:', 'https:']))
    context.addIssue('must be on, off, or the URL of a sandbox that runs elsewhere');
  return { kind: 'elsewhere', url: text.replace(/\/+$/, '') };
});

const redisUrls = names.refine(
  (urls) => urls.length > 0 && urls.every((url) => hasProtocol(url, ['redis:', 'rediss:'])),
  'must be a redis:// or rediss:// URL, or a list of them for the nodes of a cluster',
);

const VARIABLES = z.object({
  NODE_ENV: z.string().optional(),
  PORT: port.default(8080),
  HOST: z
    .string()
    .regex(/^[^\s/]+$/, 'must be a host name or an address')
    .default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .refine((url) => hasProtocol(url, ['postgres:', 'postgresql:']), 'must be a postgres:// URL')
    .optional(),
  REDIS_URL: redisUrls.optional(),
  INTERLINE_DATA_DIR: z.string().default('.interline'),
  INTERLINE_ROLES: roles.default(new Set(ROLES)),
  INTERLINE_MASTER_KEY: masterKey.optional(),
  INTERLINE_SANDBOX: sandbox.optional(),
  SANDBOX_PORT: port.default(8090),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  INTERLINE_ADAPTERS: names.default([]),
  INTERLINE_SCHEMES: schemeDirectories.default([OWN_SCHEMES]),
  INTERLINE_PROCESSES: z
    .string()
    .regex(/^([1-9]|[1-5]\d|6[0-4])$/, 'must be a number of worker processes, 1 to 64')
    .transform(Number)
    .default(1),
  METRICS_PORT: z.union([z.literal('supervisor'), port], 'must be a port, 0 to 65535').optional(),
  INTERLINE_REDIS_GUARD: z.enum(['on', 'off'], 'must be on or off').default('on'),
});

function conflictsOf(environment: Environment): string[] {
  const { production, databaseUrl, masterKey: key } = environment;
  const found: string[] = [];
  if (production && databaseUrl === null) found.push('DATABASE_URL is required when NODE_ENV=production');
  if (production && key === null) found.push('INTERLINE_MASTER_KEY is required when NODE_ENV=production');
  const used = new Map<number, string>([[environment.port, 'PORT']]);
  const others: [string, number | null][] = [
    ['SANDBOX_PORT', environment.sandbox.kind === 'own' ? environment.sandboxPort : null],
    ['METRICS_PORT', environment.metricsPort === 'supervisor' ? null : environment.metricsPort],
  ];
  for (const [name, number] of others) {
    if (number === null || number === 0) continue;
    const taken = used.get(number);
    if (taken !== undefined) found.push(`${name} must differ from ${taken}`);
    used.set(number, name);
  }
  return found;
}

function hasProtocol(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

function refusal(findings: readonly string[]): ConfigurationError {
  return new ConfigurationError(findings.join('; '));
}
