import type { OperationFilter, OperationRow } from '../core/operation/ports.js';
import type { Caller, Page, PageRequest } from '../core/request/ports.js';
import { pageOf, readCursor } from './cursor.js';
import { withinOrganisation } from './organisation.js';
import { toOperation, type OperationRecord } from './operation-columns.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

export async function readOperation(pools: Pools, caller: Caller, id: string): Promise<OperationRow | null> {
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<OperationRecord>({
      name: 'read-operation',
      text: `SELECT o.* FROM operation o WHERE o.tenant_id = $1 AND o.id = $2 AND ${withinOrganisation('o.organisation', '$3')}`,
      values: [caller.tenantId, id, caller.organisation],
    });
    return found.rows[0] === undefined ? null : toOperation(found.rows[0]);
  });
}

/** Newest first; ids are UUID version 7, so their order is the order of acceptance. */
export async function listOperations(
  pools: Pools,
  caller: Caller,
  filter: OperationFilter,
  page: PageRequest,
): Promise<Page<OperationRow>> {
  const before = readCursor(caller.tenantId, page.cursor);
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<OperationRecord>({
      name: 'list-operations',
      text: `
        SELECT o.* FROM operation o
        WHERE o.tenant_id = $1 AND ${withinOrganisation('o.organisation', '$2')}
          AND ($3::text IS NULL OR o.state = $3) AND ($4::text IS NULL OR o.kind = $4) AND ($5::text IS NULL OR o.scheme = $5)
          AND ($6::uuid IS NULL OR o.link_id = $6) AND ($7::timestamptz IS NULL OR o.created_at >= $7)
          AND ($8::timestamptz IS NULL OR o.created_at < $8) AND ($9::uuid IS NULL OR o.id < $9)
        ORDER BY o.tenant_id, o.id DESC LIMIT $10`,
      values: [
        caller.tenantId,
        caller.organisation,
        filter.state ?? null,
        filter.kind ?? null,
        filter.scheme ?? null,
        filter.linkId ?? null,
        filter.from ?? null,
        filter.to ?? null,
        before,
        page.limit + 1,
      ],
    });
    return pageOf(caller.tenantId, found.rows.map(toOperation), page.limit, (row) => row.id);
  });
}
