import type pg from 'pg';
import type { Places, QuotaRows } from '../core/supplier/ports.js';
import type { Pools } from './pools.js';

/**
 * How far ahead live work may reserve, and how much of the line one process gets at once, in seconds. Who wants more comes back when
 * about so much is free again.
 */
const AHEAD_S = 0.4;
const LIVE_SLICE_S = 0.2;
const YIELDING_SLICE_S = 0.1;
/** Repeated sends a second that are always allowed; what was not used is kept for a second. */
const REPEATS_PER_SECOND = 5;
const CREDIT_PER_FIRST = 0.1;
const CREDIT_AT_MOST = 20;

/** The quota of connections over rows. Each act is one statement that locks one row; the clock is read once the row is locked. */
export function createQuotaRows({ relay }: Pools): QuotaRows {
  return {
    lease: async (wanted) => {
      const row = await ofRow<LeaseRow>(relay, wanted.connectionId, {
        name: 'lease-places',
        text: LEASE,
        values: [wanted.connectionId, wanted.perSecond, wanted.priority, wanted.wanted, wanted.leadMs / 1000],
      });
      return row === null ? { limited: false } : placesOf(row);
    },
    throttle: async (connectionId, perSecond, measured) => {
      await relay.query({ name: 'throttle', text: THROTTLE, values: [connectionId, perSecond, measured] });
    },
    repeats: async ({ connectionId, firsts, begun, wanted }) => {
      const row = await ofRow<{ granted: number; wait_ms: number }>(relay, connectionId, {
        name: 'take-repeats',
        text: REPEATS,
        values: [connectionId, firsts, begun, wanted],
      });
      return row === null ? { granted: 0, waitMs: 1_000 } : { granted: row.granted, waitMs: row.wait_ms };
    },
  };
}

/** What a statement over the connection's row gives, which is made when there is none. `null` for one that is only tried out. */
async function ofRow<T extends pg.QueryResultRow>(
  relay: pg.Pool,
  connectionId: string,
  query: pg.QueryConfig,
): Promise<T | null> {
  const found = await relay.query<T>(query);
  if (found.rows[0] !== undefined) return found.rows[0];
  await relay.query({
    name: 'make-quota',
    text: 'INSERT INTO connection_quota (connection_id) SELECT id FROM connection WHERE id = $1 ON CONFLICT DO NOTHING',
    values: [connectionId],
  });
  return (await relay.query<T>(query)).rows[0] ?? null;
}

interface LeaseRow {
  readonly rate: number | null;
  readonly now_at: number;
  readonly count: number;
  readonly first_at: number;
  readonly in_turn: boolean;
  readonly wait_ms: number;
}

function placesOf({ rate, now_at, count, first_at, in_turn, wait_ms }: LeaseRow): Places {
  if (rate === null) return { limited: false };
  return {
    limited: true,
    nowAt: now_at,
    count,
    firstAt: first_at,
    everyMs: 1000 / rate,
    inTurn: in_turn,
    waitMs: wait_ms,
  };
}

/**
 * Live work takes what begins soon. The lanes that yield take what nobody has reserved; where live work always reserves ahead each gets
 * a place a second, or every fifth where the rate is lower than that allows.
 */
const LEASE = `
  WITH quota AS MATERIALIZED (SELECT * FROM connection_quota WHERE connection_id = $1 FOR UPDATE),
  timed AS MATERIALIZED (SELECT *, clock_timestamp() AS now FROM quota),
  rated AS MATERIALIZED (
    SELECT *, present_rate($2::float8, throttled_base, throttled_rate, throttled_at) AS rate,
      greatest(next_call_at, now + make_interval(secs => $5::float8)) AS start,
      CASE $3::text WHEN 'support' THEN support_at WHEN 'nightly' THEN nightly_at END AS last_at
    FROM timed
  ),
  turned AS MATERIALIZED (
    SELECT *, last_at + make_interval(secs => greatest(1, 5 / rate)) AS turn_at FROM rated
  ),
  granted AS MATERIALIZED (
    SELECT *, CASE
      WHEN rate IS NULL THEN 0
      WHEN $3 = 'live' THEN greatest(0, least($4::int, ceil(rate * ${LIVE_SLICE_S}),
        ceil(extract(epoch FROM now - start + make_interval(secs => ${AHEAD_S} + $5)) * rate)))
      WHEN next_call_at <= now THEN least($4, ceil(rate * ${YIELDING_SLICE_S}))
      WHEN turn_at <= now THEN 1
      ELSE 0
    END::int AS count FROM turned
  ),
  taken AS (
    UPDATE connection_quota q SET
      next_call_at = g.start + make_interval(secs => g.count / g.rate),
      support_at = CASE $3 WHEN 'support' THEN g.now ELSE q.support_at END,
      nightly_at = CASE $3 WHEN 'nightly' THEN g.now ELSE q.nightly_at END
    FROM granted g WHERE q.connection_id = g.connection_id AND g.count > 0
  )
  SELECT rate, extract(epoch FROM now)::float8 * 1000 AS now_at, count, extract(epoch FROM start)::float8 * 1000 AS first_at,
    $3 <> 'live' AND next_call_at > now AS in_turn,
    greatest(0, extract(epoch FROM CASE
      WHEN $3 = 'live' THEN start + make_interval(secs => count / rate - ${AHEAD_S - LIVE_SLICE_S} - $5) - now
      WHEN count = 0 THEN least(next_call_at, turn_at) - now
      ELSE start + make_interval(secs => count / rate) - now
    END))::float8 * 1000 AS wait_ms
  FROM granted`;

/** What a quiet connection is taken for when it is throttled: one call in a second says nothing of the rate that was too much. */
const MEASURED_AT_LEAST = 20;

/** Calls that were out together are throttled together. A hundredth of the base is left whatever a supplier says. */
const THROTTLE = `
  WITH timed AS MATERIALIZED (SELECT clock_timestamp() AS now),
  measured AS (
    SELECT greatest(${MEASURED_AT_LEAST}, $3::float8, (
      SELECT sum(calls) FROM call_tally t WHERE t.connection_id = $1 AND t.second = date_trunc('second', now) - interval '1 s'
    ))::float8 AS rate FROM timed
  )
  INSERT INTO connection_quota AS q (connection_id, throttled_base, throttled_rate, throttled_at)
  SELECT c.id, coalesce($2::float8, rate), coalesce($2, rate) / 2, now FROM connection c CROSS JOIN measured CROSS JOIN timed WHERE c.id = $1
  ON CONFLICT (connection_id) DO UPDATE SET (throttled_base, throttled_rate, throttled_at) = (
    SELECT CASE WHEN present IS NULL OR $2 IS NOT NULL THEN excluded.throttled_base ELSE q.throttled_base END,
      CASE WHEN present IS NULL THEN excluded.throttled_rate ELSE greatest(present / 2, coalesce($2, q.throttled_base) / 100) END,
      clock_timestamp()
    FROM present_rate($2, q.throttled_base, q.throttled_rate, q.throttled_at) AS present)
  WHERE q.throttled_at IS NULL OR q.throttled_at <= clock_timestamp() - interval '1 s'`;

/** A bucket of a second's worth that is never refilled beyond that, then the credit. What was begun on trust may leave a debt. */
const REPEATS = `
  WITH quota AS MATERIALIZED (SELECT * FROM connection_quota WHERE connection_id = $1 FOR UPDATE),
  timed AS MATERIALIZED (SELECT *, clock_timestamp() AS now FROM quota),
  left_over AS MATERIALIZED (
    SELECT *, greatest(next_repeat_at, now - interval '1 s') AS due,
      least(${CREDIT_AT_MOST}, repeat_credit + $2::int * ${CREDIT_PER_FIRST}::float8) AS credit
    FROM timed
  ),
  counted AS MATERIALIZED (
    SELECT *, greatest(0, floor(extract(epoch FROM now - due) * ${REPEATS_PER_SECOND}))::int AS free FROM left_over
  ),
  granted AS MATERIALIZED (
    SELECT *, greatest(0, least($4::int, free + floor(credit)::int - $3::int)) AS count FROM counted
  ),
  charged AS MATERIALIZED (
    SELECT *, least(floor(credit)::int, greatest(0, $3 + count - free)) AS on_credit FROM granted
  ),
  paid AS MATERIALIZED (
    SELECT *, due + make_interval(secs => ($3 + count - on_credit) / ${REPEATS_PER_SECOND}::float8) AS next FROM charged
  ),
  taken AS (
    UPDATE connection_quota q SET next_repeat_at = p.next, repeat_credit = p.credit - p.on_credit
    FROM paid p WHERE q.connection_id = p.connection_id
  )
  SELECT count AS granted, CASE WHEN credit - on_credit >= 1 THEN 0
    ELSE greatest(0, extract(epoch FROM next - now) + 1 / ${REPEATS_PER_SECOND}::float8) END::float8 * 1000 AS wait_ms FROM paid`;
