import type pg from 'pg';
import type { Standing, Tally, Work } from '../core/supplier/ports.js';
import { retried } from './group-commit.js';

/** What is looked at, from how many calls on, and which part of them must have failed. */
const WINDOW = `interval '30 s'`;
const CALLS_AT_LEAST = 20;
const FAILED_PART = 0.5;
const FIRST_OPEN_MS = 10_000;
/** A probe whose process is gone lapses after this; those that are under way are kept each time something is told. */
export const PROBE_LEASE = `interval '15 s'`;

interface StandingRow {
  readonly connection_id: string;
  readonly throttled: boolean;
  readonly open: readonly { readonly work: Work; readonly probeInMs: number }[];
}

/**
 * Adds tallies, opens breakers with their incidents, keeps probes and tells how the connections stand, all in one statement. Rows are
 * written in one order everywhere, so that processes which tell at once wait for each other and do not lock each other out.
 */
export async function tellTallies(
  relay: pg.Pool,
  tallies: readonly Tally[],
  probes: readonly string[],
  connections: readonly string[],
): Promise<Standing[]> {
  const values = [
    tallies.map((one) => one.connectionId),
    tallies.map((one) => one.work),
    tallies.map((one) => one.calls),
    tallies.map((one) => one.failures),
    probes,
    [...new Set([...connections, ...tallies.map((one) => one.connectionId)])],
  ];
  const { rows } = await retried(() => relay.query<StandingRow>({ name: 'tell-tallies', text: TELL, values }));
  return rows.map(({ connection_id, throttled, open }) => ({ connectionId: connection_id, throttled, open }));
}

/**
 * A statement does not see what it writes itself, so the sums are those of the table without this second's rows, and of these rows as
 * they were returned; likewise the breakers.
 */
const TELL = `
  WITH timed AS MATERIALIZED (SELECT clock_timestamp() AS now),
  told AS (
    SELECT t.* FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) AS t (connection_id, work, calls, failures)
      JOIN connection c ON c.id = t.connection_id
  ),
  kept AS (
    INSERT INTO call_tally AS k (connection_id, work, second, calls, failures)
    SELECT connection_id, work, date_trunc('second', now), calls, failures FROM told CROSS JOIN timed ORDER BY connection_id, work
    ON CONFLICT (connection_id, work, second) DO UPDATE SET calls = k.calls + excluded.calls, failures = k.failures + excluded.failures
    RETURNING connection_id, work, second, calls, failures
  ),
  gone AS (
    DELETE FROM call_tally WHERE (connection_id, work, second) IN (
      SELECT o.connection_id, o.work, o.second FROM call_tally o JOIN told USING (connection_id, work) CROSS JOIN timed
      WHERE o.second < now - ${WINDOW} - interval '5 s' FOR UPDATE OF o SKIP LOCKED)
  ),
  sums AS (
    SELECT connection_id, work, sum(calls) AS calls, sum(failures) AS failures FROM (
      SELECT * FROM kept
      UNION ALL
      SELECT t.connection_id, t.work, t.second, t.calls, t.failures FROM kept k JOIN call_tally t USING (connection_id, work) CROSS JOIN timed
      WHERE t.second <> k.second AND t.second > now - ${WINDOW}
    ) AS seen GROUP BY connection_id, work
  ),
  opened AS (
    INSERT INTO breaker (connection_id, work, opened_at, open_ms, probe_at)
    SELECT connection_id, work, now, ${FIRST_OPEN_MS}, now + make_interval(secs => ${FIRST_OPEN_MS} / 1000.0) FROM sums CROSS JOIN timed
    WHERE calls >= ${CALLS_AT_LEAST} AND failures >= calls * ${FAILED_PART} ORDER BY connection_id, work
    ON CONFLICT DO NOTHING RETURNING connection_id, work, probe_at
  ),
  incidents AS MATERIALIZED (
    SELECT connection_id, work, open_incident(connection_id, 'breaker', work, failures || ' of ' || calls || ' calls failed')
    FROM opened JOIN sums USING (connection_id, work)
  ),
  held AS (
    UPDATE breaker SET probe_until = clock_timestamp() + ${PROBE_LEASE} WHERE probe_token = ANY ($5::uuid[])
  ),
  standing AS (
    SELECT connection_id, work, probe_at FROM opened JOIN incidents USING (connection_id, work)
    UNION ALL
    SELECT connection_id, work, greatest(probe_at, probe_until) FROM breaker WHERE connection_id = ANY ($6::uuid[])
  )
  SELECT asked AS connection_id,
    EXISTS (SELECT FROM connection_quota q WHERE q.connection_id = asked
      AND q.throttled_rate IS NOT NULL AND present_rate(NULL, q.throttled_base, q.throttled_rate, q.throttled_at) IS NOT NULL) AS throttled,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('work', work,
        'probeInMs', greatest(0, extract(epoch FROM probe_at - now) * 1000)::int)), '[]')
      FROM standing s WHERE s.connection_id = asked) AS open
  FROM unnest($6::uuid[]) AS asked CROSS JOIN timed`;
