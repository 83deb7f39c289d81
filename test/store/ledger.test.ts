import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asTenants } from '../../src/store/tenant-scope.js';
import { accepted, accrual, carried, count, postedAccrual, posted, REJECTED, reversed, UNKNOWN } from './operations.js';
import { openStoreBench, SCHEME, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

/** Runs SQL as the application's role, for one tenant. */
function asApp(sql: string, values: readonly unknown[] = []): Promise<unknown> {
  return asTenants(bench.pools.app, [bench.demo.id], (client) => client.query(sql, [...values]));
}

/** A transaction of an operation that is not posted, so that it has none yet. */
async function transaction(): Promise<string> {
  const id = randomUUID();
  await asApp(
    `INSERT INTO ledger_transaction (tenant_id, id, operation_id, kind, scheme, at) VALUES ($1, $2, $3, 'posting', $4, now())`,
    [bench.demo.id, id, await accepted(bench, bench.demo), SCHEME],
  );
  return id;
}

/** Adds entries of these amounts and assets in one statement. */
async function enter(...entries: readonly (readonly [amount: number, asset: string])[]): Promise<unknown> {
  const values = entries.map(
    ([amount, asset], line) => `($1, $2, ${line + 1}, 'adjustments', $3, '${asset}', ${amount})`,
  );
  return asApp(
    `INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, scheme, asset, amount) VALUES ${values.join(', ')}`,
    [bench.demo.id, await transaction(), SCHEME],
  );
}

describe('the ledger', () => {
  it.each<[string, [number, string][]]>([
    ['one entry alone', [[100, 'PTS']]],
    [
      'two that differ',
      [
        [100, 'PTS'],
        [-99, 'PTS'],
      ],
    ],
    [
      'two of different assets',
      [
        [100, 'PTS'],
        [-100, 'CNY'],
      ],
    ],
    [
      'three that leave one',
      [
        [100, 'PTS'],
        [-60, 'PTS'],
        [-39, 'PTS'],
      ],
    ],
  ])('refuses %s', async (_name, entries) => {
    await expect(enter(...entries)).rejects.toMatchObject({
      code: '23514',
      message: expect.stringContaining('sum to zero'),
    });
  });

  it('refuses an entry of nothing', async () => {
    await expect(enter([0, 'PTS'])).rejects.toMatchObject({ code: '23514' });
  });

  it('takes entries that sum to zero for each asset', async () => {
    await enter([100, 'PTS'], [-60, 'PTS'], [-40, 'PTS'], [7, 'CNY'], [-7, 'CNY']);
    await enter([Number.MAX_SAFE_INTEGER, 'PTS'], [-Number.MAX_SAFE_INTEGER, 'PTS']);
  });

  it('refuses a second posting of an operation', async () => {
    const id = await postedAccrual(bench, bench.demo);
    const sql = `INSERT INTO ledger_transaction (tenant_id, id, operation_id, kind, scheme, at) VALUES ($1, $2, $3, 'posting', $4, now())`;
    await expect(asApp(sql, [bench.demo.id, randomUUID(), id, SCHEME])).rejects.toMatchObject({ code: '23505' });
  });

  it('is told of what is posted, and of nothing else', async () => {
    const entries = async (id: string) => {
      const found = await bench.owner.query<Record<string, unknown>>(
        `SELECT account, amount::int, asset, link_id IS NOT NULL AS linked FROM ledger_entry WHERE transaction_id = $1 ORDER BY line`,
        [id],
      );
      return found.rows;
    };
    const accrualId = await postedAccrual(bench, bench.demo, accrual(bench.demo, { bonusPoints: 50 }));
    expect(await entries(accrualId)).toEqual([
      { account: 'member-points', amount: 550, asset: SCHEME, linked: true },
      { account: 'supplier-clearing', amount: -550, asset: SCHEME, linked: false },
    ]);
    const reversal = await carried(bench, bench.demo, await reversed(bench, bench.demo, accrualId, 30), posted('R-l1'));
    expect(await entries(reversal)).toMatchObject([{ amount: -30 }, { amount: 30 }]);
    for (const decision of [REJECTED, UNKNOWN]) {
      expect(await entries(await carried(bench, bench.demo, await accepted(bench, bench.demo), decision))).toEqual([]);
    }
  });
});

describe('what was written down', () => {
  it.each(['ledger_entry', 'ledger_transaction', 'event', 'audit', 'receipt'])(
    'in %s, the application cannot change',
    async (table) => {
      await asApp(
        `INSERT INTO audit (tenant_id, id, actor, act, subject, reason) VALUES ($1, $2, 'a', 'b', 'c', 'd')`,
        [bench.demo.id, randomUUID()],
      );
      await postedAccrual(bench, bench.demo);
      const before = await count(bench, table);
      expect(before).toBeGreaterThan(0);
      for (const sql of [
        `UPDATE ${table} SET tenant_id = tenant_id`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
        `DROP TABLE ${table}`,
        `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
      ]) {
        await expect(asApp(sql)).rejects.toMatchObject({ code: '42501' });
      }
      expect(await count(bench, table)).toBe(before);
    },
  );

  it.each(['operation', 'attempt', 'link', 'subject', 'data_key'])(
    'in %s, the application cannot delete',
    async (table) => {
      await expect(asApp(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
    },
  );
});
