import type { Impediments, SchemeReads } from '../core/connection/ports.js';
import { camel } from './camel.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** Open incidents are few; of those that ended this many show the way it went. */
const INCIDENTS = 20;

/** What stands against a connection is the relay's to read, what waits of a tenant the application's. */
export function createSchemeReads(pools: Pools): SchemeReads {
  const { relay, app } = pools;
  return {
    impediments: (connectionId, perSecond) => readImpediments(pools, connectionId, perSecond),
    open: (caller, scheme) =>
      asTenants(app, [caller.tenantId], async (client) => {
        const found = await client.query<{ state: string; count: number }>({
          name: 'count-open-by-state',
          text: `SELECT state, count(*)::int AS count FROM operation
            WHERE tenant_id = $1 AND scheme = $2 AND state NOT IN ('posted', 'confirmed') AND next_action_at IS NOT NULL
              AND ${withinOrganisation('organisation', '$3')}
            GROUP BY state ORDER BY state`,
          values: [caller.tenantId, scheme, caller.organisation],
        });
        return Object.fromEntries(found.rows.map(({ state, count }) => [state, count]));
      }),
    degraded: async () => {
      const found = await relay.query<{ connection_id: string }>({
        name: 'degraded-connections',
        text: `SELECT DISTINCT connection_id FROM breaker WHERE work IN ('write', 'look-up')`,
      });
      return new Set(found.rows.map((row) => row.connection_id));
    },
    waiting: async (connectionId, atMost) => {
      const found = await relay.query<{ waiting: number }>({
        name: 'count-waiting',
        text: WAITING,
        values: [connectionId, atMost],
      });
      return found.rows[0]?.waiting ?? 0;
    },
  };
}

/**
 * What is to be sent, and look-ups that are due: by the indexes of what is due, and no further than the bound. A send waits for an hour
 * at most, so that what is scheduled for later is passed by in the index.
 */
const WAITING = `
  SELECT count(*)::int AS waiting FROM (
    (SELECT FROM operation WHERE connection_id = $1 AND state IN ('queued', 'requested', 'confirming', 'releasing')
      AND next_action_at <= statement_timestamp() + interval '1 hour' LIMIT $2)
    UNION ALL
    (SELECT FROM operation WHERE connection_id = $1 AND state = 'unknown' AND next_action_at <= statement_timestamp() LIMIT $2)
    LIMIT $2
  ) AS waiting`;

async function readImpediments({ relay }: Pools, connectionId: string, perSecond: number | null): Promise<Impediments> {
  const [rates, breakers, incidents] = await Promise.all([
    relay.query<{ rate: number | null }>({
      name: 'read-present-rate',
      text: `SELECT present_rate($2, throttled_base, throttled_rate, throttled_at) AS rate FROM connection_quota
        WHERE connection_id = $1`,
      values: [connectionId, perSecond],
    }),
    relay.query<Record<string, unknown>>({
      name: 'read-open-breakers',
      text: `SELECT work, CASE WHEN probe_until > statement_timestamp() THEN 'half-open' ELSE 'open' END AS state,
          opened_at, probe_at FROM breaker WHERE connection_id = $1 ORDER BY work`,
      values: [connectionId],
    }),
    relay.query<Record<string, unknown>>({
      name: 'read-incidents',
      text: `SELECT id, kind, work, reason, opened_at, closed_at FROM incident WHERE connection_id = $1
        ORDER BY closed_at IS NOT NULL, opened_at DESC, id LIMIT $2`,
      values: [connectionId, INCIDENTS],
    }),
  ]);
  return {
    effectivePerSecond: rates.rows[0]?.rate ?? perSecond,
    breakers: breakers.rows.map((row) => camel(row) as Impediments['breakers'][number]),
    incidents: incidents.rows.map((row) => camel(row) as Impediments['incidents'][number]),
  };
}
