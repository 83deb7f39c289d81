import type pg from 'pg';
import type { ClaimedRun } from '../core/reconcile/ports.js';
import type { Commit } from '../spec/crash-point.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** A supplier's day may be as large as it likes; what serves requests has less patience. */
const LONGEST_STATEMENT = '15min';

/**
 * Runs a transaction in the names of everybody whose operations a run is about, while its lease holds: the run's row is
 * locked, so that whoever takes the lease over waits for what is written here. `null`, with nothing done, when the
 * lease has passed on.
 */
export async function asRun<T>(
  pools: Pools,
  run: ClaimedRun,
  tenants: readonly string[],
  work: (client: pg.PoolClient) => Promise<T>,
  commit?: Commit,
): Promise<T | null> {
  return asTenants(
    pools.app,
    [run.tenantId, ...tenants],
    async (client) => {
      await client.query(`SET LOCAL statement_timeout = '${LONGEST_STATEMENT}'`);
      const held = await client.query({
        name: 'lock-leased-run',
        text: 'SELECT FROM recon_run WHERE tenant_id = $1 AND id = $2 AND lease_token = $3 FOR UPDATE',
        values: [run.tenantId, run.id, run.token],
      });
      return held.rowCount === 0 ? null : work(client);
    },
    commit,
  );
}

/**
 * Who has links under a connection: only they have operations there. Steps from tenant to tenant by the index, however
 * many links there are.
 */
export async function tenantsOf(pools: Pools, connectionId: string): Promise<string[]> {
  const found = await pools.relay.query<{ tenant_id: string }>({
    name: 'tenants-of-connection',
    text: `
      WITH RECURSIVE one AS (
        (SELECT tenant_id FROM link WHERE connection_id = $1 ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT l.tenant_id FROM link l
          WHERE l.connection_id = $1 AND l.tenant_id > one.tenant_id ORDER BY l.tenant_id LIMIT 1)
        FROM one WHERE one.tenant_id IS NOT NULL
      )
      SELECT tenant_id FROM one WHERE tenant_id IS NOT NULL`,
    values: [connectionId],
  });
  return found.rows.map((row) => row.tenant_id);
}
