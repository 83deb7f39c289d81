import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { BreakerRows } from '../../src/core/supplier/ports.js';
import { createBreakerRows } from '../../src/store/breaker-rows.js';
import { eventually } from '../support/eventually.js';
import { CONNECTION, openStoreBench, type StoreBench } from './store-bench.js';

let bench: StoreBench;
let rows: BreakerRows;
let another: pg.PoolClient;
let token: string;
beforeAll(async () => {
  bench = await openStoreBench();
  rows = createBreakerRows(bench.pools);
});
/** A breaker whose probe is under way, calls that were counted, and somebody else in the middle of telling of more. */
beforeEach(async () => {
  token = randomUUID();
  await bench.owner.query('DELETE FROM breaker');
  await bench.owner.query(
    `INSERT INTO breaker (connection_id, work, opened_at, open_ms, probe_at, probe_token, probe_until)
     VALUES ($1, 'write', now(), 10000, now(), $2, now() + interval '1 min')`,
    [CONNECTION, token],
  );
  another = await bench.owner.connect();
  await another.query(`BEGIN; SET LOCAL deadlock_timeout = '1 min'`);
});
afterEach(async () => {
  await another.query('ROLLBACK');
  another.release();
});
afterAll(() => bench.close());

/** Once so many others wait for a lock. */
const waiting = () =>
  eventually(
    async () => {
      const { rows: found } = await bench.owner.query(
        `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return found.length;
    },
    (count) => count > 0,
  );
const count = () =>
  another.query(
    `INSERT INTO call_tally AS k (connection_id, work, second, calls, failures)
     SELECT $1, 'write', date_trunc('second', clock_timestamp()) + make_interval(secs => s), 1, 0 FROM generate_series(-5, 5) AS s
     ON CONFLICT (connection_id, work, second) DO UPDATE SET calls = k.calls + 1`,
    [CONNECTION],
  );
const keep = () => another.query('UPDATE breaker SET probe_until = clock_timestamp()');

it('a probe that passed is settled beside somebody who counts first and keeps probes second, as all do who tell', async () => {
  await bench.owner.query(
    `INSERT INTO call_tally SELECT $1, 'write', date_trunc('second', clock_timestamp()) + make_interval(secs => s), 1, 1
     FROM generate_series(-5, 5) AS s`,
    [CONNECTION],
  );
  await count();
  const settled = rows.settle(token, 'passed');
  await waiting();
  await keep();
  await another.query('COMMIT');
  await settled;
  expect((await bench.owner.query('SELECT FROM breaker')).rows).toEqual([]);
  expect((await bench.owner.query('SELECT FROM call_tally')).rows).toEqual([]);
});

it('what was told and lost to a deadlock is told again', async () => {
  await keep();
  const told = rows.tell([{ connectionId: CONNECTION, work: 'write', calls: 3, failures: 1 }], [token], [CONNECTION]);
  await waiting();
  // It has counted and waits for the breaker: now each waits for the other, and it is the one that finds out.
  await count();
  await another.query('COMMIT');
  expect(await told).toMatchObject([{ connectionId: CONNECTION }]);
  const { rows: tallied } = await bench.owner.query('SELECT sum(failures)::int AS failures FROM call_tally');
  expect(tallied).toEqual([{ failures: 1 }]);
});
