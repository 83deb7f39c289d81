import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSchemeReads } from '../../src/store/connection-reads.js';
import type { Pools } from '../../src/store/pools.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench } from './store-bench.js';

const WAITING = 200;

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
  const { owner, demo } = bench;
  // Much that has ended, that is scheduled for next month, or that is parked; a little that waits.
  await owner.query(
    `INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at, next_action_at,
       review_reason, created_at, updated_at)
     SELECT $1, gen_random_uuid(), 'accrual', state, $2, $3, $4, lpad((n * 10 + k)::text, 20, '0'), 10, now() + interval '60 days',
       CASE WHEN state <> 'posted' THEN now() + days * interval '1 day' END, CASE WHEN state = 'needs-review' THEN 'absent' END, now(), now()
     FROM (VALUES (1, 'posted', 0, 5000), (2, 'scheduled', 30, 5000), (3, 'needs-review', 1, 5000), (4, 'unknown', 1, 5000),
       (5, 'queued', 0, $5::int / 2), (6, 'unknown', 0, $5 / 2)) AS kinds (k, state, days, count)
       CROSS JOIN LATERAL generate_series(1, kinds.count) AS n`,
    [demo.id, SCHEME, CONNECTION, demo.links[0], WAITING],
  );
  await owner.query('ANALYZE');
});
afterAll(() => bench.close());

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function operationsRead(node: PlanNode): number {
  const own = node['Relation Name'] === 'operation' ? node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) : 0;
  return own + (node.Plans ?? []).reduce((sum, child) => sum + operationsRead(child), 0);
}

/** How many wait, and how many rows of operations were looked at to find that out. */
async function counted(atMost: number): Promise<{ waiting: number; read: number }> {
  let read = 0;
  const query = async ({ text, values }: { text: string; values: unknown[] }) => {
    const explained = await bench.pools.relay.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    for (const row of explained.rows) read += operationsRead(row['QUERY PLAN'][0].Plan);
    return bench.pools.relay.query(text, values);
  };
  const watched = { ...bench.pools, relay: { query } } as unknown as Pools;
  return { waiting: await createSchemeReads(watched).waiting(CONNECTION, atMost), read };
}

it('a backlog is counted by reading what waits, and no more of that than the bound', async () => {
  expect(await counted(10_000)).toEqual({ waiting: WAITING, read: WAITING });
  expect(await counted(50)).toEqual({ waiting: 50, read: 50 });
});
