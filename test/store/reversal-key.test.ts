import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { AcceptReversal } from '../../src/core/operation/operations.js';
import { carried, count, idOf, posted, postedAccrual, REJECTED, reversed } from './operations.js';
import { openStoreBench, request, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

/** A reversal under an idempotency key of its own. */
function reverse(accrualId: string, different: Partial<AcceptReversal> = {}): Promise<Answer> {
  const input: AcceptReversal = { accrualId, reason: 'trip cancelled', metadata: {}, ...different };
  return bench.operations.reverse(bench.demo.caller, input, request(Math.random()));
}

describe("the same reversal again, by the platform's own reference", () => {
  it('is the first one, whatever else was reversed since', async () => {
    const id = await postedAccrual(bench, bench.demo);
    const asked = { points: 200, clientReference: 'C1' };
    const first = await reverse(id, asked);
    await reversed(bench, bench.demo, id, 300);
    const again = await reverse(id, asked);
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(idOf(again)).toBe(idOf(first));
    expect(await count(bench, 'operation WHERE original_id = $1', [id])).toBe(2);
  });

  it('of all that is left likewise', async () => {
    const id = await postedAccrual(bench, bench.demo);
    const first = await reverse(id, { clientReference: 'C1' });
    const again = await reverse(id, { clientReference: 'C1' });
    expect([again.status, idOf(again)]).toEqual([200, idOf(first)]);
  });

  it('with other points or another reason is a conflict that names the first', async () => {
    const id = await postedAccrual(bench, bench.demo);
    const first = idOf(await reverse(id, { points: 200, clientReference: 'C1' }));
    for (const different of [{ points: 201 }, { points: 200, reason: 'something else' }]) {
      const conflict = await reverse(id, { clientReference: 'C1', ...different });
      expect(conflict.status).toBe(409);
      expect(JSON.parse(conflict.body)).toEqual({ code: 'ACTIVITY_EXISTS', operationId: first });
    }
  });

  it('never lets the reversals exceed the accrual', async () => {
    const id = await postedAccrual(bench, bench.demo);
    await reverse(id, { points: 400, clientReference: 'C1' });
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => reverse(id, { points: 400, clientReference: `C${index % 4}` })),
    );
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(5);
    expect(await count(bench, 'operation WHERE original_id = $1', [id])).toBe(1);
  });

  it('is a new one after the first was rejected, and at another accrual', async () => {
    const id = await postedAccrual(bench, bench.demo);
    const first = idOf(await reverse(id, { points: 10, clientReference: 'C1' }));
    await carried(bench, bench.demo, first, REJECTED);
    const second = await reverse(id, { points: 10, clientReference: 'C1' });
    expect(second.status).toBe(202);
    await carried(bench, bench.demo, idOf(second), posted('R-second'));
    expect(idOf(await reverse(id, { points: 10, clientReference: 'C1' }))).toBe(idOf(second));
    const other = await reverse(await postedAccrual(bench, bench.demo), { points: 10, clientReference: 'C1' });
    expect(other.status).toBe(202);
  });
});

it('without such a reference each idempotency key is a new reversal', async () => {
  const id = await postedAccrual(bench, bench.demo);
  const ids = [idOf(await reverse(id, { points: 10 })), idOf(await reverse(id, { points: 10 }))];
  expect(new Set(ids).size).toBe(2);
});
