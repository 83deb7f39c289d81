import type pg from 'pg';
import type { ConnectionGuard } from '../core/supplier/ports.js';
import type { Pools } from './pools.js';
import { asRole } from './tenant-scope.js';

/** Rows, so that all processes see the same: the first refusal may be one's and the second another's. */
export function createConnectionGuard({ relay }: Pick<Pools, 'relay'>): ConnectionGuard {
  return {
    authFailed: (connectionId, version, reason) =>
      asRole(relay, (client) => failAuth(client, connectionId, version, reason)),
    open: async (connectionId, kind, reason) => {
      const opened = await relay.query<{ changed: boolean }>({
        name: 'open-incident',
        text: 'SELECT open_incident($1, $2, NULL, $3) AS changed',
        values: [connectionId, kind, reason],
      });
      return opened.rows[0]?.changed ?? false;
    },
    close: async (connectionId, kind) => {
      const closed = await relay.query<{ changed: boolean }>({
        name: 'close-incident',
        text: 'SELECT close_incident($1, $2, NULL) AS changed',
        values: [connectionId, kind],
      });
      return closed.rows[0]?.changed ?? false;
    },
  };
}

/** Under the connection's row lock: of two refusals at once one is the first. */
async function failAuth(
  client: pg.PoolClient,
  connectionId: string,
  version: number,
  reason: string,
): Promise<boolean> {
  const found = await client.query<{ state: string; version: number }>(
    'SELECT state, version FROM connection WHERE id = $1 FOR NO KEY UPDATE',
    [connectionId],
  );
  const [connection] = found.rows;
  if (connection?.state !== 'live' || connection.version !== version) return false;
  const first = await client.query(
    'INSERT INTO credential_refusal (connection_id) VALUES ($1) ON CONFLICT DO NOTHING',
    [connectionId],
  );
  if (first.rowCount === 1) return false;
  await client.query('DELETE FROM credential_refusal WHERE connection_id = $1', [connectionId]);
  await client.query(
    `UPDATE connection SET state = 'auth-failed', reason = $2, version = version + 1, updated_at = clock_timestamp() WHERE id = $1`,
    [connectionId, reason],
  );
  await client.query(`SELECT open_incident($1, 'auth-failed', NULL, $2)`, [connectionId, reason]);
  return true;
}
