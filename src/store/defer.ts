import type pg from 'pg';

/** An operation whose call was not let in, and how long it waits. */
export interface Deferred {
  readonly id: string;
  readonly forMs: number;
}

/** Puts off operations that this transaction has locked: nothing has happened to them, so there is no event, and no wake-up either. */
export async function defer(client: pg.PoolClient, deferred: readonly Deferred[]): Promise<void> {
  if (deferred.length === 0) return;
  await client.query({
    name: 'defer-due',
    text: `
      UPDATE operation o SET next_action_at = clock_timestamp() + d.for_ms * interval '1 ms',
        lapses = o.lapses + (o.lease_token IS NOT NULL)::int, lease_token = NULL, lease_until = NULL
      FROM jsonb_to_recordset($1::jsonb) AS d (id uuid, for_ms float8) WHERE o.id = d.id`,
    values: [JSON.stringify(deferred.map(({ id, forMs }) => ({ id, for_ms: forMs })))],
  });
}
