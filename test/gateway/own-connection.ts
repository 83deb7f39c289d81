import { randomUUID } from 'node:crypto';
import { seededTenantId } from '../../src/compose/seed.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { CONNECTIONS_SUBJECT, OPERATOR_TENANT, sealConnectionSecrets } from '../../src/privacy/connection-secrets.js';
import { masterKeyFromBytes } from '../../src/privacy/master-key.js';
import { testMasterKey } from '../support/database.js';
import type { Door, SchemeId } from './door.js';

/** Gives a tenant a connection of its own beside the shared one; done before anything is asked, it is known from the first request on. */
export async function giveConnection(door: Door, tenant: 'demo' | 'other', schemeId: SchemeId): Promise<void> {
  const scheme = loadSchemes(fromRoot('schemes')).find(({ id }) => id === schemeId);
  const [key] = await door.sql<{ version: number; wrapped: Buffer }>(
    'SELECT version, wrapped FROM data_key WHERE tenant_id = $1 AND subject_id = $2 ORDER BY version DESC LIMIT 1',
    [OPERATOR_TENANT, CONNECTIONS_SUBJECT],
  );
  if (scheme?.sandbox === undefined || key === undefined) throw new Error(`no connection can be made to ${schemeId}`);
  const id = randomUUID();
  const settings = { ...scheme.settings, ...scheme.sandbox.settings, baseUrl: `${door.bench.sandbox.url}/${schemeId}` };
  const secrets = sealConnectionSecrets(masterKeyFromBytes(testMasterKey()), key, id, scheme.sandbox.secrets);
  await door.sql(
    `INSERT INTO connection (id, scheme, tenant_id, settings, secrets, timing) VALUES ($1, $2, $3, $4, $5, 'fast')`,
    [id, schemeId, seededTenantId(tenant), settings, secrets],
  );
}
