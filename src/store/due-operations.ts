import type { ClaimRequest, Lane } from '../core/operation/ports.js';
import { LANE_STATES } from './lane-states.js';
import type { Pools } from './pools.js';

/** Where something is due. */
export type Ref = ClaimRequest['hints'][number];

/**
 * What may go on without the supplier, in the words of its index: what waits for a time of its own, a lapsed lease, a hold in our own
 * books, a release of what was not sent. Of the last ones to be confirmed only those whose hold has ended.
 */
export const OWN_STEPS = `
  (state IN ('scheduled', 'sending', 'holding') OR (state IN ('confirming', 'releasing') AND lease_token IS NOT NULL)
    OR (state IN ('requested', 'held', 'confirming') AND hold ->> 'kind' = 'soft') OR (state = 'requested' AND intent = 'release'))
  AND (intent IS DISTINCT FROM 'confirm' OR lease_token IS NOT NULL OR (hold ->> 'expiresAt')::timestamptz <= statement_timestamp())`;

/**
 * What is due of a connection and a lane, as the relay's role sees it: where, and no more. By the time of the statement: with a clock
 * that moves while it runs PostgreSQL uses no index, and reads all that waits to find the few that are due.
 */
export async function dueOperations({ relay }: Pick<Pools, 'relay'>, request: ClaimRequest): Promise<Ref[]> {
  const { connectionId, lane, limit } = request;
  const live = request.steps === 'any' && (await isLive(relay, connectionId));
  const due = await relay.query<{ tenant_id: string; id: string }>({
    name: live ? `due-${lane}` : `due-own-${lane}`,
    text: live ? IN_TURNS[lane] : OWN[lane],
    values: [connectionId, limit],
  });
  return due.rows.map((row) => ({ tenantId: row.tenant_id, id: row.id }));
}

/** Spares reading what nobody may send now; the claim's own transaction decides. */
async function isLive(relay: Pools['relay'], connectionId: string): Promise<boolean> {
  const found = await relay.query<{ state: string }>({
    name: 'connection-state',
    text: 'SELECT state FROM connection WHERE id = $1',
    values: [connectionId],
  });
  return found.rows[0]?.state === 'live';
}

/**
 * Tenants take turns, each one's oldest first. The tenants are found by leaping through the index from one to the next, so that one
 * with a long backlog costs no more than any other; each gives no more than its share of the page.
 */
function inTurns(lane: Lane): string {
  const ofLane = `o.connection_id = $1 AND o.state IN (${literals(lane)})`;
  const oldest = `SELECT o.id, o.next_action_at FROM operation o
      WHERE ${ofLane} AND o.tenant_id = t.tenant_id AND o.next_action_at <= statement_timestamp() ORDER BY o.next_action_at`;
  return `
    WITH RECURSIVE t AS (
      (SELECT o.tenant_id FROM operation o WHERE ${ofLane} ORDER BY o.tenant_id LIMIT 1)
      UNION ALL
      SELECT (SELECT o.tenant_id FROM operation o WHERE ${ofLane} AND o.tenant_id > t.tenant_id ORDER BY o.tenant_id LIMIT 1)
      FROM t WHERE t.tenant_id IS NOT NULL
    ),
    waiting AS MATERIALIZED (
      -- The leap ends on nobody, for whom the index would be read to its end.
      SELECT t.tenant_id FROM t CROSS JOIN LATERAL (${oldest} LIMIT 1) AS first WHERE t.tenant_id IS NOT NULL)
    SELECT tenant_id, id FROM (
      SELECT t.tenant_id, due.id, due.next_action_at, row_number() OVER (PARTITION BY t.tenant_id ORDER BY due.next_action_at) AS turn
      FROM waiting t CROSS JOIN LATERAL (${oldest}
        LIMIT (SELECT ceil($2::int / greatest(count(*), 1)::float8)::int FROM waiting)) AS due
    ) AS turns
    ORDER BY turn, next_action_at LIMIT $2::int`;
}

function own(lane: Lane): string {
  return `
    SELECT tenant_id, id FROM operation
    WHERE connection_id = $1 AND next_action_at <= statement_timestamp() AND state IN (${literals(lane)}) AND ${OWN_STEPS}
    ORDER BY next_action_at LIMIT $2::int`;
}

/** As the lanes' indexes name them: a parameter would not tell the planner that they are the same. */
function literals(lane: Lane): string {
  return LANE_STATES[lane].map((state) => `'${state}'`).join(', ');
}

const IN_TURNS: Readonly<Record<Lane, string>> = { live: inTurns('live'), lookup: inTurns('lookup') };
const OWN: Readonly<Record<Lane, string>> = { live: own('live'), lookup: own('lookup') };
