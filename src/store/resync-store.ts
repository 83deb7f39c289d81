import type pg from 'pg';
import type { ResyncStore } from '../core/resync/ports.js';
import { retried } from './group-commit.js';
import type { Pools } from './pools.js';
import { listResyncItems, readResync } from './resync-reads.js';
import { startResync } from './resync-start.js';
import { endTurn, recordItem, takeTurn } from './resync-turns.js';
import { asTenants } from './tenant-scope.js';

/** `afterCommit` is told whenever wake-ups were committed, so that the relay need not wait for its next round. */
export function createResyncStore(pools: Pools, afterCommit: () => void): ResyncStore {
  const { app, relay } = pools;
  return {
    start: async (request) => {
      const { tenantId } = request.caller;
      const answer = await retried(() =>
        asTenants(app, [tenantId], (client) => startResync(client, request), 'resync-start'),
      );
      afterCommit();
      return answer;
    },
    get: (caller, id) => readResync(pools, caller, id),
    items: (caller, id, page) => listResyncItems(pools, caller, id, page),
    tenantsDue: async () => {
      const due = await relay.query<{ tenant_id: string }>({
        name: 'tenants-due-resync',
        text: `SELECT tenant_id FROM resync WHERE next_action_at <= statement_timestamp()
          GROUP BY tenant_id ORDER BY min(next_action_at)`,
      });
      return due.rows.map((row) => row.tenant_id);
    },
    take: (tenantId, options) =>
      asTenants(
        app,
        [tenantId],
        (client) => takeTurn(client, tenantId, options),
        (turn) => (turn === null ? undefined : 'resync-turn'),
      ),
    record: (turn, ...rest) =>
      retried(() => asTenants(app, [turn.tenantId], (client) => recordItem(client, turn, ...rest), 'resync-item')),
    end: async (turn, except, judge) => {
      await retried(() =>
        asTenants(app, [turn.tenantId], (client) => endTurn(client, turn, except, judge), 'resync-end'),
      );
      afterCommit();
    },
    isAnswerable: (tenantId, operationId) =>
      asTenants(app, [tenantId], async (client) => {
        const open = await client.query(
          `SELECT FROM break
           WHERE tenant_id = $1 AND operation_id = $2 AND state IN ('open', 'assigned')
             AND kind <> 'duplicated' LIMIT 1`,
          [tenantId, operationId],
        );
        return open.rowCount === 1;
      }),
    referenceIsFree: (operation, supplierReference) =>
      asTenants(app, [operation.tenantId], (client) => isFree(client, operation, supplierReference)),
  };
}

/** Row-level security hides other tenants' receipts, so the unique key is asked: the row is tried and taken back. */
async function isFree(
  client: pg.PoolClient,
  { tenantId, id, scheme }: { readonly tenantId: string; readonly id: string; readonly scheme: string },
  supplierReference: string,
): Promise<boolean> {
  const values = [scheme, supplierReference, tenantId, id];
  await client.query('SAVEPOINT before');
  const tried = await client.query(
    `INSERT INTO receipt (scheme, supplier_reference, tenant_id, operation_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    values,
  );
  await client.query('ROLLBACK TO before');
  if (tried.rowCount === 1) return true;
  const own = await client.query(
    'SELECT FROM receipt WHERE scheme = $1 AND supplier_reference = $2 AND tenant_id = $3 AND operation_id = $4',
    values,
  );
  return own.rowCount === 1;
}
