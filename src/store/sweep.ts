import type { Lane } from '../core/operation/ports.js';
import type { Pools } from './pools.js';

/** Connections with something overdue, by lane: whatever became of its wake-up, it is woken again. By the database's clock. */
export async function overdue(pools: Pools): Promise<{ readonly lane: Lane; readonly connectionId: string }[]> {
  const found = await pools.relay.query<{ lane: Lane; connection_id: string }>({
    name: 'overdue',
    text: `
      SELECT DISTINCT c.id AS connection_id, lane.name AS lane
      FROM connection c CROSS JOIN (VALUES ('live', ARRAY['scheduled', 'queued']),
        ('lookup', ARRAY['sending', 'unknown', 'submitted', 'needs-review'])) AS lane (name, states)
      WHERE EXISTS (SELECT FROM operation o WHERE o.connection_id = c.id AND o.next_action_at <= clock_timestamp() AND o.state = ANY (lane.states))`,
    values: [],
  });
  return found.rows.map((row) => ({ lane: row.lane, connectionId: row.connection_id }));
}

/** Keys are kept for 30 days; gives back how many were forgotten. */
export async function forgetOldKeys(pools: Pools): Promise<number> {
  const gone = await pools.relay.query(
    `DELETE FROM idempotency_key WHERE (tenant_id, key) IN (
       SELECT tenant_id, key FROM idempotency_key WHERE created_at < clock_timestamp() - interval '30 days' LIMIT 1000)`,
  );
  return gone.rowCount ?? 0;
}

/** Keeps a partition ready for this month and the next. */
export async function ensurePartitions(pools: Pools): Promise<void> {
  await pools.relay.query('SELECT ensure_partitions()');
}
