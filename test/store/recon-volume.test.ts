import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createReconStore } from '../../src/store/recon-store.js';
import type { Pools } from '../../src/store/pools.js';
import { reference } from '../core/reconcile/books.js';
import { idOf, openReconBench, type ReconBench, runOf } from '../core/reconcile/recon-bench.js';
import { CONNECTION, SCHEME } from './store-bench.js';

const MANY = 10_000;
const D = '2026-03-10';

let bench: ReconBench;
beforeEach(async () => {
  bench = await openReconBench();
});
afterEach(async () => {
  await bench.runner.stop();
  await bench.close();
});

/** The pools, with every statement of the application's counted. */
function counted(): { readonly pools: Pools; readonly statements: () => number } {
  let statements = 0;
  const counting = new WeakSet<pg.PoolClient>();
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await bench.pools.app.connect();
    if (counting.has(client)) return client;
    counting.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    Object.assign(client, {
      query: (...args: unknown[]) => {
        statements += 1;
        return query(...args);
      },
    });
    return client;
  };
  return { pools: { ...bench.pools, app: { connect } as unknown as Pools['app'] }, statements: () => statements };
}

it('a day of ten thousand lines is a handful of statements', async () => {
  const { owner, demo } = bench;
  await owner.query(
    `INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at,
       attempts, ever_sent, first_sent_at, last_sent_at, created_at, updated_at)
     SELECT $1, gen_random_uuid(), 'accrual', 'posted', $2, $3, $4, '1773115200000' || lpad(n::text, 7, '0'), n, now(),
       1, true, at, at, at, at
     FROM generate_series(1, $5::int) AS n, (VALUES ('2026-03-10T12:00:00+08'::timestamptz)) AS t (at)`,
    [demo.id, SCHEME, CONNECTION, demo.links[0], MANY + 5],
  );
  await owner.query(
    `INSERT INTO ledger_transaction (tenant_id, id, operation_id, kind, scheme, at)
     SELECT tenant_id, id, id, 'posting', scheme, updated_at + interval '1 second' FROM operation`,
  );
  const lines = Array.from({ length: MANY }, (_, index) => ({ reference: reference(index + 1), points: index + 1 }));
  bench.settlement.days.set(D, { lines: [...lines, { reference: reference(99_999), points: 5 }] });
  const { pools, statements } = counted();
  const run = runOf(await bench.open(D));
  await bench.runnerOver(createReconStore(pools, () => undefined)).wake(CONNECTION, []);
  expect(bench.errors).toEqual([]);
  const end = await bench.reconciliations.get(demo.caller, idOf(run));
  expect(end).toMatchObject({
    state: 'completed',
    counts: { lines: MANY + 1, matched: MANY, oursOnly: 5, theirsOnly: 1 },
    openBreaks: 6,
  });
  expect(statements()).toBeLessThan(80);
});
