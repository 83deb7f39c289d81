import type { Caller, Page, PageRequest } from '../core/request/ports.js';
import type { LookResult, ResyncItemRow, ResyncProgress, ResyncRow } from '../core/resync/ports.js';
import { pageOf, readCursor } from './cursor.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { RESYNC_COLUMNS, toResync } from './resync-columns.js';
import { asTenants } from './tenant-scope.js';

/** A resync with how far it has come, counted from its items. */
export async function readResync(
  pools: Pools,
  caller: Caller,
  id: string,
): Promise<(ResyncRow & ResyncProgress) | null> {
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const found = await client.query<Record<string, unknown>>({
      name: 'read-resync',
      text: `SELECT ${RESYNC_COLUMNS} FROM resync
        WHERE tenant_id = $1 AND id = $2 AND ${withinOrganisation('organisation', '$3')}`,
      values: [caller.tenantId, id, caller.organisation],
    });
    if (found.rows[0] === undefined) return null;
    const counted = await client.query<{ result: LookResult | null; n: number; changed: number; calls: number }>({
      name: 'count-resync-items',
      text: `SELECT result, count(*) AS n, count(*) FILTER (WHERE changed) AS changed, sum(calls) AS calls
        FROM resync_item WHERE tenant_id = $1 AND resync_id = $2 GROUP BY result`,
      values: [caller.tenantId, id],
    });
    const done = counted.rows.filter(({ result }) => result !== null);
    return {
      ...toResync(found.rows[0]),
      done: done.reduce((sum, { n }) => sum + n, 0),
      changed: done.reduce((sum, { changed }) => sum + changed, 0),
      calls: counted.rows.reduce((sum, { calls }) => sum + calls, 0),
      counts: Object.fromEntries(done.map(({ result, n }) => [result, n])) as ResyncProgress['counts'],
    };
  });
}

interface ItemRecord {
  readonly operation_id: string | null;
  readonly link_id: string;
  readonly subject_id: string;
  readonly result: LookResult;
  readonly from_state: ResyncItemRow['from'];
  readonly to_state: ResyncItemRow['to'];
  readonly calls: number;
}

/**
 * What there is to tell of a resync's items, in the order in which they are looked at; those unchanged are left out.
 */
export async function listResyncItems(
  pools: Pools,
  caller: Caller,
  id: string,
  page: PageRequest,
): Promise<Page<ResyncItemRow> | null> {
  const after = readCursor(caller.tenantId, page.cursor);
  return asTenants(pools.app, [caller.tenantId], async (client) => {
    const known = await client.query(
      `SELECT FROM resync WHERE tenant_id = $1 AND id = $2 AND ${withinOrganisation('organisation', '$3')}`,
      [caller.tenantId, id, caller.organisation],
    );
    if (known.rowCount === 0) return null;
    const found = await client.query<ItemRecord>({
      name: 'list-resync-items',
      text: `
        SELECT i.operation_id, i.link_id, i.subject_id, i.result, i.from_state, i.to_state, i.calls FROM resync_item i
        WHERE i.tenant_id = $1 AND i.resync_id = $2 AND i.result <> 'unchanged'
          AND ($3::uuid IS NULL OR i.seq > (
            SELECT a.seq FROM resync_item a WHERE a.tenant_id = $1 AND a.resync_id = $2 AND a.subject_id = $3))
        ORDER BY i.seq LIMIT $4`,
      values: [caller.tenantId, id, after, page.limit + 1],
    });
    const { items, next } = pageOf(caller.tenantId, found.rows, page.limit, (row) => row.subject_id);
    return { items: items.map(toItem), next };
  });
}

function toItem(record: ItemRecord): ResyncItemRow {
  return {
    operationId: record.operation_id,
    linkId: record.link_id,
    result: record.result,
    from: record.from_state,
    to: record.to_state,
    calls: record.calls,
  };
}
