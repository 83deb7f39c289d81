import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { NewOperation } from '../../src/core/operation/row.js';
import { asTenants } from '../../src/store/tenant-scope.js';
import { insertOperations } from '../../src/store/write-operations.js';
import { SENDING } from '../core/operation/fake-claim.js';
import { mintReference } from '../../src/core/operation/reference.js';
import { fillEveryTable, TENANT_TABLES } from './every-table.js';
import { count, postedAccrual, stored } from './operations.js';
import { CONNECTION, openStoreBench, SCHEME, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
  for (const tenant of [bench.demo, bench.other]) await fillEveryTable(bench, tenant);
});
afterAll(() => bench.close());

/** What the application's role may do with each table. */
async function allowed(table: string, what: 'INSERT' | 'UPDATE' | 'DELETE'): Promise<boolean> {
  const found = await bench.owner.query<{ may: boolean }>(
    `SELECT has_table_privilege('interline_app', $1, $2) AS may`,
    [table, what],
  );
  return found.rows[0]?.may ?? true;
}

/** The columns of a table that a statement may name. */
async function columns(table: string): Promise<string> {
  const found = await bench.owner.query<{ names: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''`,
    [table],
  );
  return found.rows[0]?.names ?? '';
}

/** Runs as the application for the first tenant and keeps nothing. */
async function tried(work: (client: pg.PoolClient) => Promise<unknown>): Promise<unknown> {
  const undone = new Error('undone');
  const result: { value?: unknown } = {};
  const done = asTenants(bench.pools.app, [bench.demo.id], async (client) => {
    result.value = await work(client);
    throw undone;
  });
  await done.catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return result.value;
}

describe.each(TENANT_TABLES)('%s', (table) => {
  it('takes no row of another tenant', async () => {
    const names = await columns(table);
    const theirs = `SELECT to_jsonb(t) AS row FROM ${table} t WHERE tenant_id = $1 LIMIT 1`;
    const row = (await bench.owner.query<{ row: unknown }>(theirs, [bench.other.id])).rows[0]?.row;
    expect(row).toMatchObject({ tenant_id: bench.other.id });
    const message = (await allowed(table, 'INSERT')) ? /row-level security policy/ : /permission denied/;
    const insert = tried((client) =>
      client.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_record(NULL::${table}, $1)`, [
        row,
      ]),
    );
    await expect(insert).rejects.toMatchObject({ code: '42501', message: expect.stringMatching(message) });
  });

  it('gives no row away, and touches none of another tenant', async () => {
    const give = tried((client) => client.query(`UPDATE ${table} SET tenant_id = '${bench.other.id}'`));
    await expect(give).rejects.toMatchObject({ code: '42501' });
    if (await allowed(table, 'UPDATE')) {
      const touched = await tried(
        async (client) => (await client.query(`UPDATE ${table} SET tenant_id = tenant_id`)).rowCount,
      );
      expect(touched).toBe(await count(bench, `${table} WHERE tenant_id = $1`, [bench.demo.id]));
    }
    if (await allowed(table, 'DELETE')) {
      const gone = await tried(async (client) => (await client.query(`DELETE FROM ${table}`)).rowCount);
      expect(gone).toBe(await count(bench, `${table} WHERE tenant_id = $1`, [bench.demo.id]));
    }
  });
});

describe('a batch of several tenants', () => {
  function operation(different: Partial<NewOperation>): NewOperation {
    return {
      ...SENDING,
      tenantId: bench.demo.id,
      id: randomUUID(),
      state: 'queued',
      scheme: SCHEME,
      connectionId: CONNECTION,
      linkId: bench.demo.links[0] ?? '',
      reference: mintReference(Date.now()),
      ...different,
    };
  }
  const write = (...operations: NewOperation[]) =>
    asTenants(bench.pools.app, [bench.demo.id, bench.other.id], (client) => insertOperations(client, operations));

  it('writes for each of them', async () => {
    const ours = operation({});
    const theirs = operation({ tenantId: bench.other.id, linkId: bench.other.links[0] ?? '' });
    await write(ours, theirs);
    expect(await stored(bench, theirs.id)).toMatchObject({ tenant_id: bench.other.id });
  });

  it('cannot tie the operation of one to the link or the accrual of another', async () => {
    const accrualId = await postedAccrual(bench, bench.other);
    const before = await count(bench, 'operation');
    for (const tied of [{ linkId: bench.other.links[0] ?? '' }, { kind: 'reversal' as const, originalId: accrualId }])
      await expect(write(operation({}), operation(tied))).rejects.toMatchObject({ code: '23503' });
    expect(await count(bench, 'operation')).toBe(before);
  });

  it('cannot write for a tenant that it did not name', async () => {
    const one = asTenants(bench.pools.app, [bench.other.id], (client) => insertOperations(client, [operation({})]));
    await expect(one).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the role of relay and sweeper', () => {
  const relay = (sql: string) => bench.pools.relay.query(sql);

  it('sees where work is due, and nothing of what it says', async () => {
    expect(
      (await relay('SELECT tenant_id, id, reference, state, next_action_at FROM operation')).rowCount,
    ).toBeGreaterThan(1);
    for (const sql of [
      'SELECT * FROM operation',
      'SELECT activity FROM operation',
      'SELECT member_number FROM link',
      'SELECT holder FROM link',
      'SELECT body FROM idempotency_key',
      'SELECT * FROM event',
      'SELECT * FROM attempt',
      'SELECT * FROM ledger_entry',
      'UPDATE operation SET state = state',
      'DELETE FROM operation',
      'UPDATE outbox SET lane = lane',
    ]) {
      await expect(relay(sql)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('sees no data key of a tenant', async () => {
    const keys = await bench.pools.relay.query<{ tenant_id: string }>('SELECT tenant_id FROM data_key');
    expect(keys.rows.filter((row) => [bench.demo.id, bench.other.id].includes(row.tenant_id))).toEqual([]);
  });
});
