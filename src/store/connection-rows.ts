import type { ConnectionFilter, ConnectionRow } from '../core/connection/ports.js';
import type { Caller, Page, PageRequest } from '../core/request/ports.js';
import { camel } from './camel.js';
import { pageOf, readCursor } from './cursor.js';
import type { Pools } from './pools.js';

/** Everything of a connection but its secrets. */
export const CONNECTION_COLUMNS =
  'id, scheme, tenant_id, settings, timing, state, reason, version, created_at, updated_at';

export function toConnection(record: Readonly<Record<string, unknown>>): ConnectionRow {
  return camel(record) as ConnectionRow;
}

export async function readConnection({ relay }: Pools, id: string): Promise<ConnectionRow | null> {
  const found = await relay.query<Record<string, unknown>>({
    name: 'read-connection-row',
    text: `SELECT ${CONNECTION_COLUMNS} FROM connection WHERE id = $1`,
    values: [id],
  });
  return found.rows[0] === undefined ? null : toConnection(found.rows[0]);
}

/** The tenant's own before the shared one. */
export async function readUsed({ relay }: Pools, tenantId: string, scheme: string): Promise<ConnectionRow | null> {
  const found = await relay.query<Record<string, unknown>>({
    name: 'read-used-connection',
    text: `SELECT ${CONNECTION_COLUMNS} FROM connection
      WHERE scheme = $2 AND (tenant_id = $1 OR tenant_id IS NULL) ORDER BY tenant_id NULLS LAST LIMIT 1`,
    values: [tenantId, scheme],
  });
  return found.rows[0] === undefined ? null : toConnection(found.rows[0]);
}

export async function listConnections(
  { relay }: Pools,
  { tenantId }: Caller,
  { scheme, state }: ConnectionFilter,
  page: PageRequest,
): Promise<Page<ConnectionRow>> {
  const found = await relay.query<Record<string, unknown>>({
    name: 'list-connections',
    text: `
      SELECT ${CONNECTION_COLUMNS} FROM connection
      WHERE ($1::text IS NULL OR scheme = $1) AND ($2::text IS NULL OR state = $2)
        AND ($3::uuid IS NULL OR (created_at, id) < (SELECT a.created_at, a.id FROM connection a WHERE a.id = $3))
      ORDER BY created_at DESC, id DESC LIMIT $4`,
    values: [scheme ?? null, state ?? null, readCursor(tenantId, page.cursor), page.limit + 1],
  });
  return pageOf(tenantId, found.rows.map(toConnection), page.limit, ({ id }) => id);
}
