import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { accrual, carried, count, idOf, posted, postedAccrual, REJECTED, reversed } from './operations.js';
import { openStoreBench, request, SCHEME, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

/** What reversals of an accrual hold together. */
async function taken(accrualId: string): Promise<number> {
  const found = await bench.owner.query<{ points: number }>(
    `SELECT coalesce(sum(points), 0)::int AS points FROM operation WHERE original_id = $1 AND state <> 'rejected'`,
    [accrualId],
  );
  return found.rows[0]?.points ?? -1;
}

describe('reversals of one accrual', () => {
  it('together never exceed it, however many come at once', async () => {
    const id = await postedAccrual(bench, bench.demo, accrual(bench.demo, { bonusPoints: 100 }));
    const { operations } = bench.another();
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => {
        const input = { accrualId: id, points: 70, reason: `r${index}`, metadata: {} };
        const at = index % 2 === 0 ? bench.operations : operations;
        return at.reverse(bench.demo.caller, input, request(input));
      }),
    );
    const done = tries.flatMap((one) => (one.status === 'fulfilled' ? [idOf(one.value)] : []));
    const refused = tries.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
    expect(new Set(done).size).toBe(8);
    expect(new Set(refused)).toEqual(new Set(['REVERSAL_EXCEEDS']));
    expect(await taken(id)).toBe(560);
    await reversed(bench, bench.demo, id);
    expect(await taken(id)).toBe(600);
  });

  it('of all that is left, at once, are one', async () => {
    const id = await postedAccrual(bench, bench.demo);
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => reversed(bench, bench.demo, id)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(reversed(bench, bench.demo, id)).rejects.toMatchObject({
      code: 'ALREADY_REVERSED',
      details: { operationId: id },
    });
  });

  it('that were rejected hold nothing', async () => {
    const id = await postedAccrual(bench, bench.demo);
    await carried(bench, bench.demo, await reversed(bench, bench.demo, id, 400), REJECTED);
    expect(await taken(id)).toBe(0);
    await reversed(bench, bench.demo, id, 500);
    await expect(reversed(bench, bench.demo, id, 1)).rejects.toMatchObject({ code: 'ALREADY_REVERSED' });
  });

  it('of one accrual leave another alone', async () => {
    const [one, two] = [await postedAccrual(bench, bench.demo), await postedAccrual(bench, bench.demo)];
    await reversed(bench, bench.demo, one);
    expect(await taken(two)).toBe(0);
    await reversed(bench, bench.demo, two);
    expect(await taken(two)).toBe(500);
  });

  it('are not made of what another tenant posted, or of what is no accrual', async () => {
    const id = await postedAccrual(bench, bench.other);
    await expect(reversed(bench, bench.demo, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const reversal = await carried(bench, bench.other, await reversed(bench, bench.other, id), posted('R-1'));
    await expect(reversed(bench, bench.other, reversal)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(reversed(bench, bench.other, bench.other.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('a posted reversal takes from the member what it says, and the books hold', async () => {
  const before = await ledgerPoints(bench.ownerUrl, SCHEME);
  const id = await postedAccrual(bench, bench.demo, accrual(bench.demo, { points: 900, bonusPoints: 100 }));
  expect(await ledgerPoints(bench.ownerUrl, SCHEME)).toBe(before + 1_000);
  await carried(bench, bench.demo, await reversed(bench, bench.demo, id, 150), posted('R-2'));
  expect(await ledgerPoints(bench.ownerUrl, SCHEME)).toBe(before + 850);
  expect(
    await count(bench, 'ledger_transaction t JOIN operation o ON o.id = t.operation_id WHERE o.original_id = $1', [id]),
  ).toBe(1);
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
