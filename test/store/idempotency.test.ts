import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { AcceptAccrual } from '../../src/core/operation/operations.js';
import { accrual, accepted, count, idOf, postedAccrual } from './operations.js';
import { openStoreBench, request, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

const accrue = (input: AcceptAccrual, key: string, tenant = bench.demo): Promise<Answer> =>
  bench.operations.accrue(tenant.caller, input, request(input, key));
/** What leaves for the platform. */
const seen = ({ status, contentType, body, location }: Answer): unknown => ({ status, contentType, body, location });

describe('an idempotency key', () => {
  it('gives the first answer again, byte for byte', async () => {
    const input = accrual(bench.demo);
    const first = await accrue(input, 'k-again');
    const again = await accrue(input, 'k-again');
    expect(first).toMatchObject({
      status: 202,
      replayed: false,
      location: expect.stringMatching(/^\/v1\/operations\/op_/),
    });
    expect(again.replayed).toBe(true);
    expect(seen(again)).toEqual(seen(first));
    expect(idOf(again)).toBe(idOf(first));
  });

  it('keeps its answer whatever became of the operation', async () => {
    const input = accrual(bench.demo);
    const first = await accrue(input, 'k-later');
    await bench.owner.query(`UPDATE operation SET state = 'cancelled', next_action_at = NULL WHERE id = $1`, [
      idOf(first),
    ]);
    expect(seen(await accrue(input, 'k-later'))).toEqual(seen(first));
  });

  it('with another body is refused', async () => {
    const input = accrual(bench.demo);
    await accrue(input, 'k-other');
    await expect(accrue({ ...input, points: 501 }, 'k-other')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    await expect(accrue(accrual(bench.demo), 'k-other')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('of another tenant is another key', async () => {
    const [ours, theirs] = [accrual(bench.demo), accrual(bench.other)];
    const first = await accrue(ours, 'k-shared');
    const second = await accrue(theirs, 'k-shared', bench.other);
    expect(second).toMatchObject({ status: 202, replayed: false });
    expect(idOf(second)).not.toBe(idOf(first));
  });

  it('is not used up by a request that was refused', async () => {
    const bad = accrual(bench.demo, { linkId: bench.other.links[0] ?? '' });
    await expect(accrue(bad, 'k-refused')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await accrue(accrual(bench.demo), 'k-refused')).toMatchObject({ status: 202, replayed: false });
  });

  it('of an accrual is not one for a reversal, nor of one accrual for another', async () => {
    const reverse = (accrualId: string, key: string) => {
      const input = { accrualId, points: 10, reason: 'test', metadata: {} };
      return bench.operations.reverse(bench.demo.caller, input, request(input, key));
    };
    const [one, two] = [await postedAccrual(bench, bench.demo), await postedAccrual(bench, bench.demo)];
    await accrue(accrual(bench.demo), 'k-kind');
    await expect(reverse(one, 'k-kind')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    const first = await reverse(one, 'k-reverse');
    expect(seen(await reverse(one, 'k-reverse'))).toEqual(seen(first));
    await expect(reverse(two, 'k-reverse')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await count(bench, `operation WHERE kind = 'reversal'`)).toBe(1);
  });
});

describe('copies in parallel', () => {
  it('200 of each of 20 requests make 20 operations and 20 answers', async () => {
    const before = await count(bench, 'operation');
    const inputs = Array.from({ length: 20 }, () => accrual(bench.demo));
    const answers = await Promise.all(
      inputs.flatMap((input, index) => Array.from({ length: 200 }, () => accrue(input, `k-parallel-${index}`))),
    );
    expect(await count(bench, 'operation')).toBe(before + 20);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(20);
    expect(new Set(answers.map(idOf)).size).toBe(20);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(20);
    expect(await count(bench, `outbox WHERE operation_id = ANY ($1)`, [answers.map(idOf)])).toBe(20);
  });

  it('at two processes too', async () => {
    const { operations } = bench.another();
    const inputs = Array.from({ length: 10 }, () => accrual(bench.demo));
    const answers = await Promise.all(
      inputs.flatMap((input, index) =>
        Array.from({ length: 10 }, (_, copy) => {
          const at = copy % 2 === 0 ? bench.operations : operations;
          return at.accrue(bench.demo.caller, input, request(input, `k-processes-${index}`));
        }),
      ),
    );
    expect(new Set(answers.map(idOf)).size).toBe(10);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(10);
  });

  it('of a reversal make one reversal', async () => {
    const accrualId = await postedAccrual(bench, bench.demo);
    const input = { accrualId, points: 100, reason: 'test', metadata: {} };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => bench.operations.reverse(bench.demo.caller, input, request(input, 'k-once'))),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await count(bench, 'operation WHERE original_id = $1', [accrualId])).toBe(1);
  });
});

it('an answer is kept in the transaction of its operation', async () => {
  const id = await accepted(bench, bench.demo);
  expect(await count(bench, 'idempotency_key WHERE operation_id = $1', [id])).toBe(1);
  expect(await count(bench, 'event WHERE subject_id = $1', [id])).toBe(1);
});
