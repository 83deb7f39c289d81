import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { count } from '../store/operations.js';
import { openStoreBench, type StoreBench } from '../store/store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

describe('partitions', () => {
  it('are made in the schema, whatever of the same name the caller has among its temporary tables', async () => {
    const asked = await bench.owner.query<{ name: string }>(
      `SELECT 'event_' || to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYY_MM') AS name`,
    );
    const name = asked.rows[0]?.name ?? '';
    await bench.owner.query(`DROP TABLE ${name}`);
    const relay = await bench.pools.relay.connect();
    try {
      await relay.query(`CREATE TEMP TABLE ${name} (at timestamptz)`);
      await relay.query('CREATE TEMP TABLE event (at timestamptz) PARTITION BY RANGE (at)');
      await relay.query('SELECT ensure_partitions()');
    } finally {
      relay.release(true);
    }
    const made = `pg_class WHERE relname = $1 AND relispartition AND relnamespace = 'public'::regnamespace`;
    expect(await count(bench, made, [name])).toBe(1);
  });
});
