import type { FleetNumbers, OperationKind, OperationState, UnknownAge } from '../core/health/ports.js';
import { LIVE_STATES, LOOKUP_STATES } from './lane-states.js';
import { canaryStates, type Queryable } from './queue-canary.js';

/** Wake-ups beyond this many are not counted: that they are too many is known by then. */
const OUTBOX_COUNTED = 100_000;

interface OpenRow {
  readonly scheme: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly age: UnknownAge | null;
  readonly count: number;
}

/**
 * Reads the fleet's numbers: what is open, never what has ended, so that it costs as much as there is to do and not as much as was
 * ever done. Everything by the index of what is due.
 */
export async function readFleetNumbers(database: Queryable): Promise<FleetNumbers> {
  const open = await database.query<OpenRow>({ name: 'count-open', text: OPEN });
  const due = await database.query<{ lane: never; count: number; oldest: number }>({
    name: 'count-due',
    text: DUE,
    values: [LIVE_STATES, LOOKUP_STATES],
  });
  const outbox = await database.query<{ rows: number; oldest: number }>({
    name: 'outbox-lag',
    text: OUTBOX,
    values: [OUTBOX_COUNTED],
  });
  const breakers = await database.query<{ scheme: string; work: never; count: number }>(
    'SELECT c.scheme, b.work, count(*)::int AS count FROM breaker b JOIN connection c ON c.id = b.connection_id GROUP BY 1, 2',
  );
  const incidents = await database.query<{ scheme: string; kind: never; count: number }>(
    'SELECT scheme, kind, count(*)::int AS count FROM incident WHERE closed_at IS NULL GROUP BY 1, 2',
  );
  return {
    open: totals(open.rows, ({ scheme, kind, state }) => `${scheme}|${kind}|${state}`).map(
      ({ scheme, kind, state, count }) => ({ scheme, kind, state, count }),
    ),
    unknown: open.rows.flatMap(({ scheme, age, count }) => (age === null ? [] : [{ scheme, age, count }])),
    due: due.rows.map(({ lane, count, oldest }) => ({ lane, count, oldestMs: oldest })),
    outbox: { rows: outbox.rows[0]?.rows ?? 0, oldestMs: outbox.rows[0]?.oldest ?? 0 },
    breakers: breakers.rows,
    incidents: incidents.rows,
    canaries: await canaryStates(database),
  };
}

function totals(rows: readonly OpenRow[], nameOf: (row: OpenRow) => string): OpenRow[] {
  const byName = new Map<string, OpenRow>();
  for (const row of rows) {
    const before = byName.get(nameOf(row));
    byName.set(nameOf(row), before === undefined ? row : { ...row, count: before.count + row.count });
  }
  return [...byName.values()];
}

const OPEN = `
  SELECT scheme, kind, state, count(*)::int AS count, CASE
      WHEN state <> 'unknown' THEN NULL
      WHEN unknown_since > statement_timestamp() - interval '1 minute' THEN 'under-1m'
      WHEN unknown_since > statement_timestamp() - interval '10 minutes' THEN '1m-10m'
      WHEN unknown_since > statement_timestamp() - interval '1 hour' THEN '10m-1h'
      WHEN unknown_since > statement_timestamp() - interval '24 hours' THEN '1h-24h'
      ELSE 'over-24h' END AS age
  FROM operation WHERE next_action_at IS NOT NULL GROUP BY 1, 2, 3, 5`;

const DUE = `
  SELECT lane.name AS lane, count(*)::int AS count, ${ageOf('min(o.next_action_at)')} AS oldest
  FROM (VALUES ('live', $1::text[]), ('lookup', $2::text[])) AS lane (name, states)
    JOIN operation o ON o.next_action_at <= statement_timestamp() AND o.state = ANY (lane.states) GROUP BY 1
  UNION ALL
  SELECT 'nightly', count(*)::int, ${ageOf('min(next_action_at)')} FROM recon_run WHERE next_action_at <= statement_timestamp()
  UNION ALL
  SELECT 'support', count(*)::int, ${ageOf('min(next_action_at)')} FROM resync WHERE next_action_at <= statement_timestamp()`;

const OUTBOX = `
  SELECT (SELECT count(*)::int FROM (SELECT FROM outbox LIMIT $1) AS counted) AS rows,
    ${ageOf('(SELECT due_at FROM outbox ORDER BY id LIMIT 1)')} AS oldest`;

function ageOf(time: string): string {
  return `greatest(0, coalesce(extract(epoch FROM clock_timestamp() - ${time}) * 1000, 0))::float8`;
}
