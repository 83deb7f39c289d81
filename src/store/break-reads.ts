import type { BreakRow, ReconDesk } from '../core/reconcile/ports.js';
import { camel } from './camel.js';
import { pageOf, readCursor } from './cursor.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { ofRun } from './recon-reads.js';
import { OPERATOR } from './operator.js';
import { asTenants } from './tenant-scope.js';

export const BREAK_COLUMNS = `b.tenant_id, b.id, b.run_id, b.scheme, b.business_date, b.kind, b.reason, b.state,
  b.owner, b.difference, b.operation_id, b.link_id, b.reference, b.supplier_reference, b.ours, b.theirs, b.resolution,
  b.opened_at`;

/** Of a row read with `BREAK_COLUMNS`. */
export function toBreak(record: Readonly<Record<string, unknown>>): BreakRow {
  return camel(record) as BreakRow;
}

/** Newest first; ids rise with time. */
export const listBreaks =
  (pools: Pools): ReconDesk['breaks'] =>
  async (caller, runId, filter, page) => {
    const before = readCursor(caller.tenantId, page.cursor);
    return asTenants(pools.app, [caller.tenantId], async (client) => {
      const run = await client.query('SELECT FROM recon_run r WHERE r.id = $1 AND r.tenant_id IN ($2, $3)', [
        runId,
        caller.tenantId,
        OPERATOR,
      ]);
      if (run.rowCount === 0) return null;
      const found = await client.query<Record<string, unknown>>({
        name: 'list-breaks',
        text: `
          SELECT ${BREAK_COLUMNS} FROM recon_run r JOIN break b ON ${ofRun('b', 'r')}
          WHERE r.id = $2 AND b.tenant_id = $1 AND ${withinOrganisation('b.organisation', '$3')}
            AND ($4::text IS NULL OR b.state = $4) AND ($5::uuid IS NULL OR b.id < $5)
          ORDER BY b.id DESC LIMIT $6`,
        values: [caller.tenantId, runId, caller.organisation, filter.state ?? null, before, page.limit + 1],
      });
      return pageOf(caller.tenantId, found.rows.map(toBreak), page.limit, (row) => row.id);
    });
  };

export const readBreak =
  (pools: Pools): ReconDesk['break'] =>
  (caller, breakId) =>
    asTenants(pools.app, [caller.tenantId], async (client) => {
      const found = await client.query<Record<string, unknown>>({
        name: 'read-break',
        text: `SELECT ${BREAK_COLUMNS} FROM break b
          WHERE b.tenant_id = $1 AND b.id = $2 AND ${withinOrganisation('b.organisation', '$3')}`,
        values: [caller.tenantId, breakId, caller.organisation],
      });
      return found.rows[0] === undefined ? null : toBreak(found.rows[0]);
    });
