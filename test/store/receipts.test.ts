import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide } from '../../src/core/operation/decide.js';
import { LEARNT, middle, rules } from '../core/operation/situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claimOf, count, posted, REPORT, stored } from './operations.js';
import { openStoreBench, type StoreBench, type Tenant } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

const review = (snapshot: Parameters<typeof decide>[0]) => {
  const decision = decide(snapshot, LEARNT['reference taken'], rules('lookup'), middle);
  if (decision === null) throw new Error('nothing decided');
  return decision;
};
/** An operation in its send, whose answer brings this supplier reference. */
async function answered(tenant: Tenant, supplierReference: string): Promise<{ id: string; result: string }> {
  const id = await accepted(bench, tenant);
  const claimed = await claimOf(bench.store, tenant, id);
  const result = await bench.store.complete({ claimed, decision: posted(supplierReference), report: REPORT });
  if (result === 'reference-taken') {
    await bench.store.complete({ claimed, decision: review(claimed.snapshot), report: REPORT });
  }
  return { id, result };
}

describe('a supplier reference', () => {
  it.each(['demo', 'other'] as const)(
    'that an operation has is not another one of %s, which waits for a person',
    async (who) => {
      const first = await answered(bench.demo, `S-${who}`);
      const second = await answered(bench[who], `S-${who}`);
      expect([first.result, second.result]).toEqual(['applied', 'reference-taken']);
      expect(await stored(bench, second.id)).toMatchObject({
        state: 'needs-review',
        review_reason: 'supplier-reference-taken',
        supplier_reference: null,
      });
      expect(await count(bench, 'ledger_transaction WHERE operation_id = $1', [second.id])).toBe(0);
      expect(await stored(bench, first.id)).toMatchObject({ state: 'posted', supplier_reference: `S-${who}` });
    },
  );

  it('that two answers bring at once belongs to one of them', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => answered(bench.demo, 'S-race')));
    expect(results.map(({ result }) => result).sort()).toEqual([
      'applied',
      ...Array.from({ length: 5 }, () => 'reference-taken'),
    ]);
    expect(await count(bench, `receipt WHERE supplier_reference = 'S-race'`)).toBe(1);
    expect(await count(bench, `operation WHERE supplier_reference = 'S-race'`)).toBe(1);
  });

  it('may come to its operation again', async () => {
    const id = await accepted(bench, bench.demo);
    const submitted = { ...posted('S-again'), to: 'submitted' as const, nextActionInMs: 0 };
    await carried(bench, bench.demo, id, submitted);
    const claimed = await claimOf(bench.store, bench.demo, id, 'lookup');
    expect(await bench.store.complete({ claimed, decision: posted('S-again'), report: REPORT })).toBe('applied');
    expect(await stored(bench, id)).toMatchObject({ state: 'posted', supplier_reference: 'S-again' });
  });

  it('is not taken by a push either', async () => {
    await answered(bench.demo, 'S-push');
    const id = await accepted(bench, bench.demo);
    await claimOf(bench.store, bench.demo, id);
    const before = await stored(bench, id);
    expect(await bench.store.evidence(bench.demo.id, id, () => posted('S-push'))).toBe('reference-taken');
    expect(await stored(bench, id)).toEqual(before);
    await bench.store.evidence(bench.demo.id, id, (_operation, snapshot) => review(snapshot));
    expect(await stored(bench, id)).toMatchObject({ state: 'needs-review', lease_token: null });
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
