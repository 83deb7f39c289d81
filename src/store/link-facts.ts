import type pg from 'pg';
import type { LinkFacts } from '../core/link/ports.js';

/** What accepting needs of these links, by `tenant|id`; another tenant's are simply not there. */
export async function readLinkFacts(
  client: pg.PoolClient,
  wanted: readonly { readonly tenantId: string; readonly id: string }[],
): Promise<Map<string, LinkFacts>> {
  const found = await client.query<{
    tenant_id: string;
    id: string;
    scheme: string;
    connection_id: string;
    organisation: string | null;
    state: LinkFacts['state'];
    consent_scopes: string[] | null;
  }>({
    name: 'read-link-facts',
    text: `
      SELECT l.tenant_id, l.id, l.scheme, l.connection_id, l.organisation, l.state, l.consent -> 'scopes' AS consent_scopes
      FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS u (tenant_id, id)) w JOIN link l USING (tenant_id, id)`,
    values: [wanted.map((link) => link.tenantId), wanted.map((link) => link.id)],
  });
  return new Map(
    found.rows.map((row) => [
      `${row.tenant_id}|${row.id}`,
      {
        tenantId: row.tenant_id,
        id: row.id,
        scheme: row.scheme,
        connectionId: row.connection_id,
        organisation: row.organisation,
        state: row.state,
        consentScopes: row.consent_scopes,
      },
    ]),
  );
}
