import pg from 'pg';
import { v5 as uuidv5 } from 'uuid';
import { SCOPES, type Scope } from '../core/access/caller.js';
import { hashApiKey } from '../privacy/api-key.js';
import {
  CONNECTIONS_SUBJECT,
  mintConnectionsKey,
  OPERATOR_TENANT,
  sealConnectionSecrets,
} from '../privacy/connection-secrets.js';
import { masterKeyFromBytes, type MasterKey } from '../privacy/master-key.js';
import type { Scheme } from '../spec/scheme.js';

/** Names the seeded rows, so that every start means the same ones. */
const SEED = 'b8f6b0f4-5f0e-4d6e-9a6f-3f3f0b7c1d2a';

/** A tenant, or one of its keys, as development and tests begin with. */
export interface SeedKey {
  readonly tenant: string;
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
}

/** The id a seeded tenant always has. */
export function seededTenantId(name: string): string {
  return name === 'operator' ? OPERATOR_TENANT : uuidv5(`tenant:${name}`, SEED);
}

/** The id of the shared connection that a scheme gets in development; the sandbox's pushes go to it. */
export function seededConnectionId(scheme: string): string {
  return uuidv5(`connection:${scheme}`, SEED);
}

/** The demo's keys: two tenants that must never see each other, the first one's support, and the operator. */
export function demoKeys(
  tokens: Readonly<Record<'platformKey' | 'otherPlatformKey' | 'supportKey' | 'adminKey', string>>,
): SeedKey[] {
  return [
    {
      tenant: 'demo',
      name: 'platform',
      token: tokens.platformKey,
      scopes: SCOPES.filter((scope) => scope !== 'admin'),
    },
    {
      tenant: 'other',
      name: 'platform',
      token: tokens.otherPlatformKey,
      scopes: SCOPES.filter((scope) => scope !== 'admin'),
    },
    { tenant: 'demo', name: 'support', token: tokens.supportKey, scopes: ['read', 'support'] },
    { tenant: 'operator', name: 'admin', token: tokens.adminKey, scopes: SCOPES },
  ];
}

/** Writes tenants, keys and shared connections to the sandbox; what is there already stays, changed settings are renewed. */
export async function seed(options: {
  readonly ownerUrl: string;
  readonly masterKey: Buffer;
  readonly schemes: readonly Scheme[];
  readonly sandboxUrl: string | null;
  readonly keys: readonly SeedKey[];
}): Promise<void> {
  const client = new pg.Client({ connectionString: options.ownerUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    for (const key of options.keys) await seedKey(client, key);
    if (options.sandboxUrl !== null) {
      const master = masterKeyFromBytes(options.masterKey);
      const wrapped = await connectionsKey(client, master);
      for (const scheme of options.schemes) await seedConnection(client, master, wrapped, scheme, options.sandboxUrl);
    }
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function seedKey(client: pg.Client, key: SeedKey): Promise<void> {
  const tenantId = seededTenantId(key.tenant);
  await client.query('INSERT INTO tenant (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING', [tenantId, key.tenant]);
  await client.query(
    `INSERT INTO api_key (tenant_id, id, key_hash, prefix, scopes) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET key_hash = excluded.key_hash, prefix = excluded.prefix, scopes = excluded.scopes`,
    [
      tenantId,
      uuidv5(`key:${key.tenant}:${key.name}`, SEED),
      hashApiKey(key.token),
      key.token.slice(0, 15),
      key.scopes,
    ],
  );
}

async function connectionsKey(client: pg.Client, master: MasterKey): Promise<{ version: number; wrapped: Buffer }> {
  await client.query('INSERT INTO subject (tenant_id, id, traveller_ref) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    OPERATOR_TENANT,
    CONNECTIONS_SUBJECT,
    'connections',
  ]);
  const fresh = mintConnectionsKey(master);
  await client.query(
    'INSERT INTO data_key (tenant_id, subject_id, version, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [OPERATOR_TENANT, CONNECTIONS_SUBJECT, fresh.version, fresh.wrapped],
  );
  const stored = await client.query<{ version: number; wrapped: Buffer }>(
    'SELECT version, wrapped FROM data_key WHERE tenant_id = $1 AND subject_id = $2 ORDER BY version DESC LIMIT 1',
    [OPERATOR_TENANT, CONNECTIONS_SUBJECT],
  );
  return stored.rows[0] ?? fresh;
}

async function seedConnection(
  client: pg.Client,
  master: MasterKey,
  key: { readonly version: number; readonly wrapped: Buffer },
  scheme: Scheme,
  sandboxUrl: string,
): Promise<void> {
  if (scheme.sandbox === undefined) return;
  const id = seededConnectionId(scheme.id);
  const settings = { ...scheme.settings, ...scheme.sandbox.settings, baseUrl: `${sandboxUrl}/${scheme.id}` };
  await client.query(
    // Where an operator has made a shared connection for the scheme, that is the one.
    `INSERT INTO connection AS c (id, scheme, settings, secrets, timing) SELECT $1, $2, $3, $4, 'fast'
     WHERE NOT EXISTS (SELECT FROM connection o WHERE o.scheme = $2 AND o.tenant_id IS NULL AND o.id <> $1)
     ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, secrets = excluded.secrets, version = c.version + 1,
       updated_at = clock_timestamp()`,
    [id, scheme.id, settings, sealConnectionSecrets(master, key, id, scheme.sandbox.secrets)],
  );
}
