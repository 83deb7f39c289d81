import type { InboundStore, ParkedPush, PushState } from '../core/inbound/ports.js';
import { crashPoint } from '../spec/crash-point.js';
import { camel } from './camel.js';
import type { Pools } from './pools.js';

/** Pushes belong to no tenant until their operation is known; the relay's role keeps them. */
export function createInboundStore({ relay }: Pools): InboundStore {
  return {
    receive: async (connectionId, eventId, notifications) => {
      crashPoint('before-push-kept');
      await relay.query(
        `INSERT INTO inbound_event (connection_id, event_id, state, notifications) VALUES ($1, $2, 'received', $3) ON CONFLICT DO NOTHING`,
        [connectionId, eventId, JSON.stringify(notifications)],
      );
      crashPoint('after-push-kept');
      const found = await relay.query<{ state: PushState }>(
        'SELECT state FROM inbound_event WHERE connection_id = $1 AND event_id = $2',
        [connectionId, eventId],
      );
      return found.rows[0]?.state ?? 'received';
    },
    settle: async (connectionId, eventId, state, againInMs) => {
      crashPoint('before-push-settled');
      await relay.query(
        `UPDATE inbound_event SET state = $3, next_action_at = clock_timestamp() + $4 * interval '1 ms'
         WHERE connection_id = $1 AND event_id = $2`,
        [connectionId, eventId, state, againInMs],
      );
      crashPoint('after-push-settled');
    },
    locate: async (connectionId, reference) => {
      const found = await relay.query<{ tenant_id: string; id: string }>(
        'SELECT tenant_id, id FROM operation WHERE reference = $2 AND connection_id = $1',
        [connectionId, reference],
      );
      const row = found.rows[0];
      return row === undefined ? null : { tenantId: row.tenant_id, operationId: row.id };
    },
    claimParked: async (limit, holdMs, forgetMs) => {
      const taken = await relay.query<Record<string, unknown> & { state: PushState }>(
        `WITH due AS (
           SELECT connection_id, event_id FROM inbound_event WHERE next_action_at <= statement_timestamp()
           ORDER BY next_action_at LIMIT $1 FOR UPDATE SKIP LOCKED
         )
         UPDATE inbound_event e SET
           state = CASE WHEN e.received_at < clock_timestamp() - $3 * interval '1 ms' THEN 'ignored' ELSE e.state END,
           next_action_at = CASE WHEN e.received_at < clock_timestamp() - $3 * interval '1 ms' THEN NULL
             ELSE clock_timestamp() + $2 * interval '1 ms' END
         FROM due WHERE (e.connection_id, e.event_id) = (due.connection_id, due.event_id)
         RETURNING e.connection_id, e.event_id, e.notifications, e.state`,
        [limit, holdMs, forgetMs],
      );
      return taken.rows.filter((row) => row.state === 'parked').map((row) => camel(row) as ParkedPush);
    },
  };
}
