import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { receipt } from '../core/operation/situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claimOf, count, posted, REPORT, stored } from './operations.js';
import {
  ask,
  carriedBy,
  claimRedemption,
  completedBy,
  heldRedemption,
  holdReceipt,
  openRedemptionBench,
  type RedemptionBench,
  redeemed,
} from './redemptions.js';

let bench: RedemptionBench;
beforeAll(async () => {
  bench = await openRedemptionBench();
});
afterAll(() => bench.close());

const done = (supplierReference: string) =>
  ({ type: 'receipt', receipt: receipt({ supplierReference, echo: {} }), matches: true }) as const;

/** A held redemption in its confirm. */
async function confirmingOf(): Promise<string> {
  const id = await heldRedemption(bench, 'native');
  await ask(bench, 'native', 'confirm', id);
  return id;
}

describe('the steps of a redemption', () => {
  it('may each have a reference of the supplier’s own', async () => {
    const id = await confirmingOf();
    const { supplier_reference: ofTheHold } = await stored(bench, id);
    await carriedBy(bench, id, 'live', done('C-own'));
    expect(await stored(bench, id)).toMatchObject({ state: 'confirmed', supplier_reference: 'C-own' });
    expect(await count(bench, 'receipt WHERE operation_id = $1', [id])).toBe(2);
    expect(await count(bench, 'receipt WHERE supplier_reference = $1', [ofTheHold])).toBe(1);
  });

  it('may share one', async () => {
    const id = await confirmingOf();
    const { supplier_reference: same } = await stored(bench, id);
    await carriedBy(bench, id, 'live', done(String(same)));
    expect(await stored(bench, id)).toMatchObject({ state: 'confirmed', supplier_reference: same });
    expect(await count(bench, 'receipt WHERE operation_id = $1', [id])).toBe(1);
  });

  it('never have one that is another operation’s, however many ask for it', async () => {
    const first = await confirmingOf();
    await carriedBy(bench, first, 'live', done('C-taken'));
    const second = await confirmingOf();
    const claimed = await claimRedemption(bench, second, 'live');
    if (claimed === undefined) throw new Error('nothing was claimed');
    expect(await completedBy(bench, claimed, done('C-taken'))).toBe('reference-taken');
    expect(await completedBy(bench, claimed, { type: 'reference-taken' })).toBe('applied');
    expect(await stored(bench, second)).toMatchObject({
      state: 'needs-review',
      review_reason: 'supplier-reference-taken',
    });
    const third = await redeemed(bench, 'native');
    const hold = await holdReceipt(bench);
    const holding = await claimRedemption(bench, third, 'live');
    if (holding === undefined || hold.type !== 'receipt') throw new Error('nothing was claimed');
    const taken = { ...hold, receipt: { ...hold.receipt, supplierReference: 'C-taken' } };
    expect(await completedBy(bench, holding, taken)).toBe('reference-taken');
  });
});

it('an accrual still has one and no more: a second is somebody else’s, or a mistake', async () => {
  const id = await accepted(bench, bench.demo);
  await carried(bench, bench.demo, id, { ...posted('A-1'), to: 'submitted', nextActionInMs: 0 });
  const claimed = await claimOf(bench.store, bench.demo, id, 'lookup');
  expect(await bench.store.complete({ claimed, decision: posted('A-2'), report: REPORT })).toBe('reference-taken');
  expect(await stored(bench, id)).toMatchObject({ state: 'submitted', supplier_reference: 'A-1' });
  expect(await bench.store.complete({ claimed, decision: posted('A-1'), report: REPORT })).toBe('applied');
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
