import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFleetNumbers } from '../../src/store/fleet-numbers.js';
import { createIncidentWatch } from '../../src/store/incident-watch.js';
import type { Queryable } from '../../src/store/queue-canary.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench } from './store-bench.js';

/** Enough that reading what has ended shows. */
const ENDED = 20_000;
const OPEN = 40;

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
  const { owner, demo } = bench;
  await owner.query(
    `INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at, next_action_at,
       unknown_since, created_at, updated_at)
     SELECT $1, gen_random_uuid(), 'accrual', CASE WHEN n > $6 THEN 'posted' WHEN n % 2 = 0 THEN 'unknown' ELSE 'queued' END, $2, $3, $4,
       lpad(n::text, 20, '0'), 10, now() + interval '30 days', CASE WHEN n <= $6 THEN now() - interval '90 seconds' END,
       CASE WHEN n <= $6 AND n % 2 = 0 THEN now() - n * interval '1 minute' END, now(), now()
     FROM generate_series(1, $5::int + $6) AS n`,
    [demo.id, SCHEME, CONNECTION, demo.links[0], ENDED, OPEN],
  );
  await owner.query('ANALYZE');
});
afterAll(() => bench.close());

/** The relay's pool, with every statement put through EXPLAIN as well; `read` is how many rows of operations it looked at. */
function watched(): { readonly database: Queryable; readonly read: number[] } {
  const read: number[] = [];
  const query = async (given: string | { text: string; values?: unknown[] }) => {
    const { text, values = [] } = typeof given === 'string' ? { text: given } : given;
    const explained = await bench.pools.relay.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    read.push(...explained.rows.map((row) => operationsRead(row['QUERY PLAN'][0].Plan)));
    return bench.pools.relay.query(text, values);
  };
  return { database: { query }, read };
}

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function operationsRead(node: PlanNode): number {
  const own =
    node['Relation Name'] === 'operation'
      ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      : 0;
  return own + (node.Plans ?? []).reduce((sum, child) => sum + operationsRead(child), 0);
}

describe("the fleet's numbers", () => {
  it('count what is open, by state and by for how long it is unknown', async () => {
    const numbers = await readFleetNumbers(bench.pools.relay);
    const of = (state: string) => ({ scheme: SCHEME, kind: 'accrual', state, count: OPEN / 2 });
    expect([...numbers.open].sort((a, b) => a.state.localeCompare(b.state))).toEqual([of('queued'), of('unknown')]);
    const ages = Object.fromEntries(numbers.unknown.map(({ age, count }) => [age, count]));
    expect(ages).toEqual({ '1m-10m': 4, '10m-1h': 16 });
    expect(
      numbers.due
        .filter(({ count }) => count > 0)
        .map(({ lane, count }) => [lane, count])
        .sort(),
    ).toEqual([
      ['live', OPEN / 2],
      ['lookup', OPEN / 2],
    ]);
    for (const { oldestMs, count } of numbers.due) if (count > 0) expect(oldestMs).toBeGreaterThanOrEqual(90_000);
    expect(numbers.outbox).toEqual({ rows: 0, oldestMs: 0 });
  });

  it('cost as much as there is to do, not as much as was ever done', async () => {
    const { database, read } = watched();
    await readFleetNumbers(database);
    expect(Math.max(...read)).toBeGreaterThanOrEqual(OPEN);
    expect(read.reduce((sum, rows) => sum + rows, 0)).toBeLessThan(10 * OPEN);
  });
});

describe('the watch over incidents', () => {
  it('tells of each beginning and end once, and of none that stood before', async () => {
    const open = (kind: string) =>
      bench.owner.query(`SELECT open_incident($1, $2, NULL, 'somebody said so')`, [CONNECTION, kind]);
    const close = (kind: string) => bench.owner.query('SELECT close_incident($1, $2, NULL)', [CONNECTION, kind]);
    await open('paused');
    const watch = createIncidentWatch(bench.pools.relay);
    const told = async () => (await watch()).map(({ kind, change, scheme }) => `${kind} ${change} ${scheme}`);
    expect(await told()).toEqual([]);
    await open('stuck');
    expect(await told()).toEqual([`stuck opened ${SCHEME}`]);
    expect(await told()).toEqual([]);
    await close('paused');
    await close('stuck');
    expect((await told()).sort()).toEqual([`paused closed ${SCHEME}`, `stuck closed ${SCHEME}`]);
    expect(await told()).toEqual([]);
  });
});
