import type { BreakerRows, ProbeTurn, Standing } from '../core/supplier/ports.js';
import { PROBE_LEASE, tellTallies } from './call-tally.js';
import { retried } from './group-commit.js';
import type { Pools } from './pools.js';

/** How long a breaker stays open after the nth failed probe: doubled each time, up to this, in milliseconds. */
const OPEN_AT_MOST_MS = 120_000;
/** A write that may be probed waits this long for somebody to look things up, where both breakers are open, and no longer. */
const LOOK_UP_FIRST = `interval '10 s'`;

/** The breakers of connections over rows. */
export function createBreakerRows({ relay }: Pools): BreakerRows {
  return {
    tell: (tallies, probes, connections): Promise<readonly Standing[]> =>
      tellTallies(relay, tallies, probes, connections),
    probe: async (connectionId, work): Promise<ProbeTurn> => {
      const { rows } = await relay.query<{ token: string | null; wait_ms: number }>({
        name: 'take-probe',
        text: PROBE,
        values: [connectionId, work],
      });
      const [found] = rows;
      if (found === undefined) return 'closed';
      return found.token === null ? { waitMs: found.wait_ms } : { token: found.token };
    },
    settle: async (token, end) => {
      // What was counted is forgotten before the breaker is touched: whoever tells locks tallies first and breakers second.
      if (end === 'passed') await retried(() => relay.query({ name: 'probe-forgets', text: FORGET, values: [token] }));
      await retried(() => relay.query({ name: `probe-${end}`, text: SETTLE[end], values: [token] }));
    },
  };
}

const PROBE = `
  WITH taken AS (
    UPDATE breaker b SET probe_token = gen_random_uuid(), probe_until = clock_timestamp() + ${PROBE_LEASE}
    WHERE connection_id = $1 AND work = $2 AND probe_at <= clock_timestamp()
      AND (probe_until IS NULL OR probe_until <= clock_timestamp())
      AND NOT (work = 'write' AND probe_at > clock_timestamp() - ${LOOK_UP_FIRST} AND EXISTS (
        SELECT FROM breaker l WHERE l.connection_id = b.connection_id AND l.work = 'look-up'))
    RETURNING probe_token
  )
  SELECT (SELECT probe_token FROM taken) AS token,
    greatest(500, extract(epoch FROM greatest(probe_at, probe_until) - clock_timestamp()) * 1000)::float8 AS wait_ms
  FROM breaker WHERE connection_id = $1 AND work = $2`;

const FORGET = `
  DELETE FROM call_tally t USING breaker b WHERE b.probe_token = $1 AND (t.connection_id, t.work) = (b.connection_id, b.work)`;

const SETTLE = {
  passed: `
    WITH closed AS (DELETE FROM breaker WHERE probe_token = $1 RETURNING connection_id, work)
    SELECT close_incident(connection_id, 'breaker', work) FROM closed`,
  failed: `
    UPDATE breaker SET open_ms = least(open_ms * 2, ${OPEN_AT_MOST_MS}), probe_token = NULL, probe_until = NULL,
      probe_at = clock_timestamp() + make_interval(secs => least(open_ms * 2, ${OPEN_AT_MOST_MS}) / 1000.0)
    WHERE probe_token = $1`,
  released: 'UPDATE breaker SET probe_token = NULL, probe_until = NULL WHERE probe_token = $1',
} as const;
