import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { asTenants } from '../../src/store/tenant-scope.js';
import { fillEveryTable, TENANT_TABLES } from './every-table.js';
import { count } from './operations.js';
import { openStoreBench, type StoreBench } from './store-bench.js';

/** What the application may not read at all is kept from it by the right to read. */
const UNREADABLE = ['api_key'];
const READABLE = TENANT_TABLES.filter((table) => !UNREADABLE.includes(table));

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
  for (const tenant of [bench.demo, bench.other]) await fillEveryTable(bench, tenant);
});
afterAll(() => bench.close());

/** A transaction of the application's role with this set up before. */
async function asApp<T>(setUp: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await bench.pools.app.connect();
  try {
    await client.query(`BEGIN; ${setUp}`);
    return await work(client);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}
const rows = (table: string) => async (client: pg.ClientBase) =>
  (await client.query<{ n: number }>(`SELECT count(tenant_id)::int AS n FROM ${table}`)).rows[0]?.n;

it('every table with a tenant is listed here, has rows of both, and is bound', async () => {
  const found = await bench.owner.query<{ name: string; bound: boolean }>(`
    SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS bound FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`);
  expect(found.rows).toEqual(TENANT_TABLES.map((name) => ({ name, bound: true })));
  for (const table of TENANT_TABLES) {
    for (const tenant of [bench.demo, bench.other])
      expect([table, await count(bench, `${table} WHERE tenant_id = $1`, [tenant.id])]).not.toEqual([table, 0]);
  }
});

describe.each(READABLE)('%s', (table) => {
  it('cannot be read without saying for whom', async () => {
    const fresh = new pg.Client({ connectionString: bench.pools.app.options.connectionString });
    await fresh.connect();
    try {
      await expect(rows(table)(fresh)).rejects.toMatchObject({ code: '42704' });
    } finally {
      await fresh.end();
    }
    // On one connection, after a transaction that said it: the setting ends with it.
    const client = await bench.pools.app.connect();
    try {
      await client.query(`BEGIN; SET LOCAL interline.tenants = '{${bench.demo.id}}'`);
      await client.query('COMMIT');
      await expect(rows(table)(client)).rejects.toMatchObject({ code: '22P02' });
    } finally {
      client.release();
    }
  });

  it('shows a tenant its own rows, all of them, and a stranger none', async () => {
    const owned = await count(bench, `${table} WHERE tenant_id = $1`, [bench.demo.id]);
    expect(await asApp(`SET LOCAL interline.tenants = '{${bench.demo.id}}'`, rows(table))).toBe(owned);
    expect(await asApp(`SET LOCAL interline.tenants = '{${randomUUID()}}'`, rows(table))).toBe(0);
    expect(await asApp(`SET LOCAL interline.tenants = '{}'`, rows(table))).toBe(0);
  });
});

it.each(UNREADABLE)('%s cannot be read by the application at all', async (table) => {
  const setUp = `SET LOCAL interline.tenants = '{${bench.demo.id}}'`;
  await expect(asApp(setUp, rows(table))).rejects.toMatchObject({ code: '42501' });
});

it('partitions cannot be read past their table', async () => {
  const found = await bench.owner.query<{ name: string }>(
    'SELECT relname AS name FROM pg_class WHERE relispartition AND relkind = $1',
    ['r'],
  );
  expect(found.rows.length).toBeGreaterThanOrEqual(6);
  for (const { name } of found.rows) await expect(asApp('', rows(name))).rejects.toMatchObject({ code: '42501' });
});

it('a transaction has to name its tenants, as ids', async () => {
  const work = async (): Promise<string> => 'done';
  const { app } = bench.pools;
  for (const tenants of [[], [''], [`${bench.demo.id}}'; SELECT 1; --`], [bench.demo.id, 'x']])
    await expect(asTenants(app, tenants, work)).rejects.toThrow(RangeError);
  expect(await asTenants(app, [bench.demo.id, bench.demo.id], work)).toBe('done');
});
