import type { LinkFilter, LinkRow, SealedMember } from '../core/link/ports.js';
import type { Caller, Page, PageRequest } from '../core/request/ports.js';
import { camel } from './camel.js';
import { pageOf, readCursor } from './cursor.js';
import { LINK_COLUMNS, toLink } from './link-columns.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

export async function readLink(pools: Pools, caller: Caller, id: string): Promise<LinkRow | null> {
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<Record<string, unknown>>({
      name: 'read-link',
      text: `SELECT ${LINK_COLUMNS} FROM link l WHERE l.tenant_id = $1 AND l.id = $2 AND ${withinOrganisation('l.organisation', '$3')}`,
      values: [caller.tenantId, id, caller.organisation],
    });
    return found.rows[0] === undefined ? null : toLink(found.rows[0]);
  });
}

/** Newest first; removed links are listed only when asked for by state. */
export async function listLinks(
  pools: Pools,
  caller: Caller,
  filter: LinkFilter,
  page: PageRequest,
): Promise<Page<LinkRow>> {
  const before = readCursor(caller.tenantId, page.cursor);
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<Record<string, unknown>>({
      name: 'list-links',
      text: `
        SELECT ${LINK_COLUMNS} FROM link l
        WHERE l.tenant_id = $1 AND ${withinOrganisation('l.organisation', '$2')} AND ${withinOrganisation('l.organisation', '$3')}
          AND ($4::text IS NULL OR l.traveller_ref = $4) AND ($5::text IS NULL OR l.scheme = $5)
          AND (l.state = $6 OR ($6::text IS NULL AND l.state <> 'removed')) AND ($7::uuid IS NULL OR l.id < $7)
        ORDER BY l.tenant_id, l.id DESC LIMIT $8`,
      values: [
        caller.tenantId,
        caller.organisation,
        filter.organisation ?? null,
        filter.travellerRef ?? null,
        filter.scheme ?? null,
        filter.state ?? null,
        before,
        page.limit + 1,
      ],
    });
    return pageOf(caller.tenantId, found.rows.map(toLink), page.limit, (row) => row.id);
  });
}

export async function linksOfTraveller(
  pools: Pools,
  caller: Caller,
  travellerRef: string,
): Promise<readonly LinkRow[]> {
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<Record<string, unknown>>({
      name: 'links-of-traveller',
      text: `SELECT ${LINK_COLUMNS} FROM link l WHERE l.tenant_id = $1 AND l.traveller_ref = $2 AND l.state <> 'removed'
        AND ${withinOrganisation('l.organisation', '$3')} ORDER BY l.id`,
      values: [caller.tenantId, travellerRef, caller.organisation],
    });
    return found.rows.map(toLink);
  });
}

export async function readSealed(pools: Pools, caller: Caller, id: string): Promise<SealedMember | null> {
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<Record<string, unknown>>({
      name: 'read-sealed-member',
      text: `SELECT l.tenant_id, l.id AS link_id, l.subject_id, l.key_version, k.wrapped AS wrapped_key, l.member_number, l.holder, l.handle
        FROM link l LEFT JOIN data_key k ON (k.tenant_id, k.subject_id, k.version) = (l.tenant_id, l.subject_id, l.key_version)
        WHERE l.tenant_id = $1 AND l.id = $2`,
      values: [caller.tenantId, id],
    });
    return found.rows[0] === undefined ? null : (camel(found.rows[0]) as SealedMember);
  });
}

/** Which of these references are operations of this link. */
export async function ownReferences(
  pools: Pools,
  caller: Caller,
  id: string,
  references: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (references.length === 0) return new Map();
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<{ reference: string; id: string }>(
      'SELECT reference, id FROM operation WHERE tenant_id = $1 AND link_id = $2 AND reference = ANY ($3)',
      [caller.tenantId, id, references],
    );
    return new Map(found.rows.map((row) => [row.reference, row.id]));
  });
}
