import type pg from 'pg';

/** A stretch of the run, by the clock. */
export interface Stretch {
  readonly from: Date;
  readonly until: Date;
}

/** How long accruals of some schemes took from acceptance to posted, in milliseconds: the 95th percentile; not a number where none was. */
export async function postedP95(owner: pg.Pool, schemes: readonly string[], { from, until }: Stretch): Promise<number> {
  const found = await owner.query<{ p95: number | null }>(
    `SELECT (percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM updated_at - created_at)) * 1000)::float8 AS p95
     FROM operation WHERE scheme = ANY ($1) AND state = 'posted' AND created_at >= $2 AND created_at < $3`,
    [schemes, from, until],
  );
  return found.rows[0]?.p95 ?? Number.NaN;
}

const WINDOW_S = 5;

/**
 * Seconds from the start of a stretch until accruals of some schemes were posted as quickly as in so many milliseconds, and stayed so: the
 * end of the last five seconds whose 95th percentile was above that, or in which nothing was posted.
 */
export async function quickAfter(
  owner: pg.Pool,
  schemes: readonly string[],
  { from, until }: Stretch,
  withinMs: number,
): Promise<number> {
  const found = await owner.query<{ slow: number | null }>(
    `SELECT max(n)::int AS slow FROM generate_series(0, floor(extract(epoch FROM $3::timestamptz - $2::timestamptz) / $5)::int - 1) AS n
     WHERE (SELECT coalesce(percentile_cont(0.95) WITHIN GROUP (
           ORDER BY extract(epoch FROM CASE o.state WHEN 'posted' THEN o.updated_at ELSE now() END - o.created_at)), 'Infinity') * 1000
         FROM operation o WHERE o.scheme = ANY ($1) AND o.kind = 'accrual'
           AND o.created_at >= $2::timestamptz + n * $5 * interval '1 s' AND o.created_at < $2::timestamptz + (n + 1) * $5 * interval '1 s')
       > $4`,
    [schemes, from, until, withinMs, WINDOW_S],
  );
  const slow = found.rows[0]?.slow ?? null;
  return slow === null ? 0 : (slow + 1) * WINDOW_S;
}

/** When the breaker of a scheme's writes opened; `null`: it did not. */
export async function openedAt(owner: pg.Pool, scheme: string, { from, until }: Stretch): Promise<Date | null> {
  const found = await owner.query<{ opened_at: Date }>(
    `SELECT opened_at FROM incident WHERE scheme = $1 AND kind = 'breaker' AND work = 'write'
       AND opened_at >= $2 AND opened_at < $3 ORDER BY opened_at LIMIT 1`,
    [scheme, from, until],
  );
  return found.rows[0]?.opened_at ?? null;
}

/** When the last breaker of some schemes closed since a moment; `null`: none did. */
export async function lastClosedAt(owner: pg.Pool, schemes: readonly string[], since: Date): Promise<Date | null> {
  const found = await owner.query<{ closed_at: Date | null }>(
    `SELECT max(closed_at) AS closed_at FROM incident WHERE scheme = ANY ($1) AND kind = 'breaker' AND closed_at >= $2`,
    [schemes, since],
  );
  return found.rows[0]?.closed_at ?? null;
}

/** When writes went out to a scheme, in Unix milliseconds, earliest first. */
export async function writes(owner: pg.Pool, scheme: string, { from, until }: Stretch): Promise<number[]> {
  const sends = await owner.query<{ at: Date }>(
    `SELECT a.started_at AS at FROM attempt a JOIN operation o ON (o.tenant_id, o.id) = (a.tenant_id, a.operation_id)
     WHERE o.scheme = $1 AND a.effect = 'write' AND a.started_at >= $2 AND a.started_at < $3
       AND a.outcome IS DISTINCT FROM 'not-sent' ORDER BY 1`,
    [scheme, from, until],
  );
  return sends.rows.map(({ at }) => at.getTime());
}

/** How many of a scheme's operations from before a moment are not at rest; what waits for a person or a file is. */
export async function openOf(owner: pg.Pool, schemes: readonly string[], before: Date): Promise<number> {
  const found = await owner.query<{ open: number }>(
    `SELECT count(*)::int AS open FROM operation
     WHERE scheme = ANY ($1) AND created_at < $2 AND next_action_at IS NOT NULL AND state <> 'needs-review'`,
    [schemes, before],
  );
  return found.rows[0]?.open ?? Number.NaN;
}

/** What 99 of 100 stay below; 0 of none. */
export function p99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;
}

/** The most of them within any one second. */
export function mostInASecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((at, index) => times.filter((other, i) => i >= index && other < at + 1_000).length));
}
