import type { StuckWork } from '../core/operation/ports.js';
import { LIVE_STATES, LOOKUP_STATES } from './lane-states.js';
import type { Pools } from './pools.js';

/** Longer ahead than anything is ever put off: what is parked comes again within a day. */
const AHEAD = `interval '24 hours 5 minutes'`;
const BEHIND = `interval '10 minutes'`;
/** Calls are remembered for about this long. */
const CALLING = `interval '30 seconds'`;
/** These wait for a date of their own, however far off. */
const OWN_DATE = `('scheduled', 'expected', 'held')`;

/**
 * Connections with operations that nobody comes for, and those of which an incident says so. A connection that is out of service, or
 * whose breaker is open, has a reason of its own. A lease is due at its end, so one that outlived it by far is among those behind.
 */
export async function stuckWork({ relay }: Pick<Pools, 'relay'>): Promise<StuckWork[]> {
  const found = await relay.query<{
    connection_id: string;
    scheme: string;
    counts: StuckWork['counts'] | null;
    told: boolean;
  }>({
    name: 'stuck-work',
    text: `
      SELECT c.id AS connection_id, c.scheme, stuck.counts, told.told
      FROM connection c
        CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM incident i
          WHERE i.connection_id = c.id AND i.kind = 'stuck' AND i.closed_at IS NULL) AS told) AS told
        -- A backlog drains oldest first: what is behind on a connection that makes calls only waits its turn.
        CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM call_tally t
          WHERE t.connection_id = c.id AND t.second > statement_timestamp() - ${CALLING}) AS calls) AS calling
        LEFT JOIN LATERAL (
          SELECT jsonb_object_agg(state, operations) AS counts FROM (
            SELECT o.state, count(*)::int AS operations FROM (
              SELECT state FROM operation
              WHERE connection_id = c.id AND next_action_at < statement_timestamp() - ${BEHIND} AND state = ANY ($1)
                AND NOT calling.calls
              UNION ALL
              SELECT state FROM operation
              WHERE connection_id = c.id AND next_action_at > statement_timestamp() + ${AHEAD} AND state NOT IN ${OWN_DATE}
            ) AS o GROUP BY o.state
          ) AS by_state
        ) AS stuck ON c.state = 'live' AND NOT EXISTS (SELECT FROM breaker b WHERE b.connection_id = c.id)
      WHERE stuck.counts IS NOT NULL OR told.told`,
    values: [[...LIVE_STATES, ...LOOKUP_STATES]],
  });
  return found.rows.map((row) => ({
    connectionId: row.connection_id,
    scheme: row.scheme,
    counts: row.counts ?? {},
    told: row.told,
  }));
}
