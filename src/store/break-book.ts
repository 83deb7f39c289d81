import type { BreakBook } from '../core/reconcile/ports.js';
import { RESOLVED } from './break-write.js';
import type { Pools } from './pools.js';
import { BOOKED, instant, SIGNED } from './recon-fragments.js';
import { asTenants } from './tenant-scope.js';

/**
 * Breaks as a look at the supplier sees them. `zoneOf` is a scheme's time zone, in which a day without a posting date
 * is counted.
 */
export function createBreakBook({ app }: Pools, zoneOf: (scheme: string) => string): BreakBook {
  return {
    disputed: (tenantId, operationIds) =>
      asTenants(app, [tenantId], async (client) => {
        const found = await client.query<{ operation_id: string }>({
          name: 'disputed-operations',
          text: `SELECT DISTINCT operation_id FROM break
            WHERE tenant_id = $1 AND operation_id = ANY ($2::uuid[]) AND state IN ('open', 'assigned')`,
          values: [tenantId, operationIds],
        });
        return new Set(found.rows.map((row) => row.operation_id));
      }),
    confirmed: (tenantId, operationId, evidence) =>
      asTenants(app, [tenantId], async (client) => {
        // That the operation stands as we say does not take away a second posting of it.
        const closed = await client.query({
          name: 'confirm-breaks',
          text: `UPDATE break SET ${RESOLVED('look-up', 'look-up-agrees')}, evidence = $3
            WHERE tenant_id = $1 AND operation_id = $2 AND state IN ('open', 'assigned') AND kind <> 'duplicated'`,
          values: [tenantId, operationId, JSON.stringify(evidence)],
        });
        return closed.rowCount ?? 0;
      }),
    differs: (tenantId, operationId, theirPoints, evidence) =>
      asTenants(app, [tenantId], async (client) => {
        const locked = await client.query<{ scheme: string }>(
          'SELECT scheme FROM operation WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
          [tenantId, operationId],
        );
        const scheme = locked.rows[0]?.scheme;
        if (scheme === undefined) return;
        await client.query({
          name: 'open-found-break',
          text: FOUND,
          values: [tenantId, operationId, theirPoints, JSON.stringify(evidence), zoneOf(scheme)],
        });
      }),
  };
}

/**
 * Under the operation's lock, so that two looks at once make one break. Found again after it was closed by itself it
 * opens anew; what a person has closed stays closed.
 */
const FOUND = `
  INSERT INTO break AS b (tenant_id, id, connection_id, scheme, business_date, fingerprint, kind, reason, difference,
    operation_id, link_id, organisation, reference, supplier_reference, ours, theirs, evidence)
  SELECT o.tenant_id, rising_uuid(), o.connection_id, o.scheme,
    coalesce(o.business_date, (coalesce(t.at, o.updated_at) AT TIME ZONE $5)::date),
    'look-up ' || o.id, CASE WHEN $3::bigint IS NULL THEN 'ours-only' ELSE 'different' END,
    CASE WHEN $3::bigint IS NULL THEN 'not-in-the-settlement' WHEN t.id IS NULL THEN 'we-ended-it-otherwise'
      ELSE 'points-differ' END,
    CASE WHEN t.id IS NULL THEN 0 ELSE ${SIGNED} END - coalesce($3::bigint, 0), o.id, o.link_id, o.organisation,
    o.reference, o.supplier_reference,
    jsonb_build_object('points', ${SIGNED}, 'kind', o.kind, 'state', o.state, 'date', o.business_date),
    CASE WHEN $3::bigint IS NOT NULL THEN jsonb_build_object('points', $3::bigint, 'kind', o.kind, 'line', 0,
      'postedAt', ${instant('clock_timestamp()')}) END, $4
  FROM operation o ${BOOKED}
  WHERE o.tenant_id = $1 AND o.id = $2
    AND NOT EXISTS (SELECT FROM break n
      WHERE (n.tenant_id, n.operation_id) = (o.tenant_id, o.id) AND n.state IN ('open', 'assigned'))
  ON CONFLICT (tenant_id, connection_id, business_date, fingerprint) DO UPDATE SET kind = excluded.kind,
    reason = excluded.reason, difference = excluded.difference, ours = excluded.ours, theirs = excluded.theirs,
    evidence = excluded.evidence, state = 'open', resolution = NULL, updated_at = clock_timestamp()
  WHERE b.state = 'auto-resolved'`;
