import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import { brokenInvariants } from '../support/invariants.js';
import { count, idOf, stored } from './operations.js';
import { ends, openRedemptionBench, quoted, redeem, type RedemptionBench, tally } from './redemptions.js';
import { request } from './store-bench.js';

let bench: RedemptionBench;
beforeAll(async () => {
  bench = await openRedemptionBench();
});
afterAll(() => bench.close());

const many = (length: number, act: (index: number) => Promise<Answer>): Promise<PromiseSettledResult<Answer>[]> =>
  Promise.allSettled(Array.from({ length }, (_none, index) => act(index)));

describe.each(['soft', 'native'] as const)('a quote of a %s hold', (flow) => {
  it('makes one redemption, however many ask at once', async () => {
    const quoteId = await quoted(bench, flow, 10);
    const tries = await many(20, () => redeem(bench, flow, quoteId));
    expect(tally(ends(tries))).toEqual({ requested: 1, QUOTE_USED: 19 });
    const [won] = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const id = won === undefined ? '' : idOf(won);
    for (const one of tries) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ details: { operationId: id } });
    }
    expect(await count(bench, 'operation WHERE quote_id = $1', [quoteId])).toBe(1);
    expect(await count(bench, 'quote WHERE id = $1 AND redemption_id = $2', [quoteId, id])).toBe(1);
    expect(await stored(bench, id)).toMatchObject({ state: 'requested', version: 1, attempts: 0 });
  });

  it('asked for twenty times under one key is answered alike twenty times', async () => {
    const quoteId = await quoted(bench, flow, 10);
    const tries = await many(20, () => redeem(bench, flow, quoteId, `k-${quoteId}`));
    const answers = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(answers).toHaveLength(20);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await count(bench, 'operation WHERE quote_id = $1', [quoteId])).toBe(1);
  });
});

describe('a quote', () => {
  it('under the key of another quote’s redemption is refused, one at a time and at once', async () => {
    const [one, two] = [await quoted(bench, 'soft', 10), await quoted(bench, 'soft', 10)];
    await redeem(bench, 'soft', one, 'k-one');
    await expect(redeem(bench, 'soft', two, 'k-one')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    const [three, four] = [await quoted(bench, 'soft', 10), await quoted(bench, 'soft', 10)];
    const tries = await many(2, (index) => redeem(bench, 'soft', index === 0 ? three : four, 'k-both'));
    expect(tally(ends(tries))).toEqual({ requested: 1, IDEMPOTENCY_KEY_REUSED: 1 });
    // What was refused left nothing behind: its quote is good under another key.
    const used = await bench.owner.query<{ id: string }>('SELECT id FROM quote WHERE redemption_id IS NULL');
    expect(used.rows.map(({ id }) => id)).toEqual(expect.arrayContaining([two]));
    for (const { id } of used.rows) await redeem(bench, 'soft', id);
  });

  it('that has expired makes none, by the database’s clock', async () => {
    const quoteId = await quoted(bench, 'soft', 10);
    await bench.owner.query('UPDATE quote SET expires_at = now() WHERE id = $1', [quoteId]);
    await expect(redeem(bench, 'soft', quoteId)).rejects.toMatchObject({ code: 'QUOTE_EXPIRED' });
    expect(await count(bench, 'operation WHERE quote_id = $1', [quoteId])).toBe(0);
    const life = await bench.owner.query<{ seconds: number }>(
      'SELECT extract(epoch FROM expires_at - created_at)::int AS seconds FROM quote WHERE id = $1',
      [await quoted(bench, 'soft', 10)],
    );
    expect(life.rows).toEqual([{ seconds: 600 }]);
  });

  it('of which the redemption failed to commit is still good', async () => {
    const quoteId = await quoted(bench, 'soft', 10);
    await bench.owner.query('ALTER TABLE reservation ADD CONSTRAINT none CHECK (points <> 10) NOT VALID');
    await expect(redeem(bench, 'soft', quoteId, 'k-died')).rejects.toMatchObject({ code: '23514' });
    await bench.owner.query('ALTER TABLE reservation DROP CONSTRAINT none');
    expect(await count(bench, 'operation WHERE quote_id = $1', [quoteId])).toBe(0);
    expect(await count(bench, `idempotency_key WHERE key = 'k-died'`)).toBe(0);
    expect(await redeem(bench, 'soft', quoteId, 'k-died')).toMatchObject({ status: 202, replayed: false });
  });

  it('is not there for another tenant, for another organisation, or at all', async () => {
    const quoteId = await quoted(bench, 'soft', 10);
    const input = { quoteId, metadata: {} };
    const callers = [bench.other.caller, { ...bench.demo.caller, organisation: 'acme' }];
    for (const caller of callers) {
      await expect(bench.soft.redeem(caller, input, request(input))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(redeem(bench, 'soft', randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const body = { linkId: bench.demo.links[0] ?? '', reward: { type: 'flight' } as never, points: 1 };
    for (const caller of callers)
      await expect(bench.soft.quote(caller, body, 'en')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await count(bench, 'operation WHERE quote_id = $1', [quoteId])).toBe(0);
  });

  it('is kept with what it was judged by', async () => {
    const quoteId = await quoted(bench, 'native', 321);
    const id = idOf(await redeem(bench, 'native', quoteId));
    const found = await bench.owner.query('SELECT * FROM quote WHERE id = $1', [quoteId]);
    expect(found.rows).toMatchObject([{ points: '321', hold_kind: 'native', terms_version: '2026', price: null }]);
    expect(await stored(bench, id)).toMatchObject({
      points: '321',
      hold: null,
      terms_version: '2026',
      quote_id: quoteId,
    });
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
