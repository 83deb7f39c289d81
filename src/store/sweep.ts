import type { QueueLane } from '../core/operation/ports.js';
import { crashPoint } from '../spec/crash-point.js';
import { OWN_STEPS } from './due-operations.js';
import { LIVE_STATES, LOOKUP_STATES } from './lane-states.js';
import type { Pools } from './pools.js';

/** Where a wake-up goes that belongs to no one connection. */
const NO_CONNECTION = '00000000-0000-0000-0000-000000000000';

/**
 * Connections with something overdue, by lane: whatever became of its wake-up, it is woken again. While a connection is not live only
 * what may go on without it counts; the rest stays due and is found here once it is back. By the database's clock as the statement
 * began, and ordered: so the index of what is due is read, and not the table.
 */
export async function overdue(pools: Pools): Promise<{ readonly lane: QueueLane; readonly connectionId: string }[]> {
  const found = await pools.relay.query<{ lane: QueueLane; connection_id: string }>({
    name: 'overdue',
    text: `
      SELECT c.id AS connection_id, lane.name AS lane
      FROM connection c CROSS JOIN (VALUES ('live', $1::text[]), ('lookup', $2::text[])) AS lane (name, states)
        CROSS JOIN LATERAL (SELECT FROM operation o
          WHERE o.connection_id = c.id AND o.next_action_at <= statement_timestamp() AND o.state = ANY (lane.states)
          ORDER BY o.next_action_at LIMIT 1) AS due
      WHERE c.state = 'live'
      UNION ALL
      SELECT c.id, lane.name
      FROM connection c CROSS JOIN (VALUES ('live', $1::text[]), ('lookup', $2::text[])) AS lane (name, states)
        CROSS JOIN LATERAL (SELECT FROM operation
          WHERE connection_id = c.id AND next_action_at <= statement_timestamp() AND state = ANY (lane.states) AND ${OWN_STEPS}
          ORDER BY next_action_at LIMIT 1) AS due
      WHERE c.state <> 'live'
      UNION ALL
      SELECT c.id, 'nightly' FROM connection c
        CROSS JOIN LATERAL (SELECT FROM recon_run r
          WHERE r.connection_id = c.id AND r.next_action_at <= statement_timestamp() ORDER BY r.next_action_at LIMIT 1) AS due
      UNION ALL
      SELECT $3::uuid, 'support' WHERE EXISTS (SELECT FROM resync WHERE next_action_at <= statement_timestamp())`,
    values: [LIVE_STATES, LOOKUP_STATES, NO_CONNECTION],
  });
  return found.rows.map((row) => ({ lane: row.lane, connectionId: row.connection_id }));
}

const KEYS_AT_ONCE = 1000;

/** Keys are kept for 30 days; gives back how many were forgotten. In small statements, so that none holds many rows for long. */
export async function forgetOldKeys(pools: Pools): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const gone = await pools.relay.query(
      `DELETE FROM idempotency_key WHERE (tenant_id, key) IN (
         SELECT tenant_id, key FROM idempotency_key WHERE created_at < statement_timestamp() - interval '30 days' LIMIT $1)`,
      [KEYS_AT_ONCE],
    );
    forgotten += gone.rowCount ?? 0;
    if ((gone.rowCount ?? 0) < KEYS_AT_ONCE) return forgotten;
  }
}

/** Keeps a partition ready for this month and the next. */
export async function ensurePartitions(pools: Pools): Promise<void> {
  crashPoint('before-partitions');
  await pools.relay.query('SELECT ensure_partitions()');
  crashPoint('after-partitions');
}
