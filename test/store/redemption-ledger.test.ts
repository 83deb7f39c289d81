import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AcceptRefund } from '../../src/core/redemption/redemptions.js';
import { brokenInvariants, ledgerPoints } from '../support/invariants.js';
import { carried, count, idOf, posted, REJECTED, stored } from './operations.js';
import {
  ask,
  claimRedemption,
  confirmedRedemption,
  endHoldIn,
  ends,
  heldRedemption,
  openRedemptionBench,
  type RedemptionBench,
  tally,
} from './redemptions.js';
import { request, SCHEME } from './store-bench.js';

let bench: RedemptionBench;
beforeAll(async () => {
  bench = await openRedemptionBench();
  bench.says(1_000_000);
});
afterAll(() => bench.close());

let refunds = 0;
function refund(redemptionId: string, points?: number, different: Partial<AcceptRefund> = {}, key?: string) {
  const input: AcceptRefund = {
    redemptionId,
    reason: 'trip cancelled',
    metadata: {},
    ...(points === undefined ? {} : { points }),
    ...different,
  };
  return bench.soft.refund(bench.demo.caller, input, request(input, key));
}
/** A refund that the supplier has carried out. */
async function refunded(redemptionId: string, points?: number): Promise<string> {
  refunds += 1;
  return carried(bench, bench.demo, idOf(await refund(redemptionId, points)), posted(`R-${refunds}`));
}
async function entries(id: string): Promise<Record<string, unknown>[]> {
  const found = await bench.owner.query<Record<string, unknown>>(
    `SELECT account, amount::int, asset, link_id IS NOT NULL AS linked FROM ledger_entry WHERE transaction_id = $1 ORDER BY line`,
    [id],
  );
  return found.rows;
}
/** What refunds of a redemption hold together. */
async function taken(id: string): Promise<number> {
  const found = await bench.owner.query<{ points: number }>(
    `SELECT coalesce(sum(points), 0)::int AS points FROM operation WHERE original_id = $1 AND state <> 'rejected'`,
    [id],
  );
  return found.rows[0]?.points ?? -1;
}

describe('the ledger', () => {
  it.each(['soft', 'native'] as const)('takes a confirmed redemption from the member (%s)', async (flow) => {
    const before = await ledgerPoints(bench.ownerUrl, SCHEME);
    const id = await confirmedRedemption(bench, flow, 700);
    expect(await entries(id)).toEqual([
      { account: 'member-points', amount: -700, asset: SCHEME, linked: true },
      { account: 'supplier-clearing', amount: 700, asset: SCHEME, linked: false },
    ]);
    expect(await ledgerPoints(bench.ownerUrl, SCHEME)).toBe(before - 700);
  });

  it('gives a refund back', async () => {
    const before = await ledgerPoints(bench.ownerUrl, SCHEME);
    const id = await confirmedRedemption(bench, 'soft', 700);
    expect(await entries(await refunded(id, 200))).toEqual([
      { account: 'member-points', amount: 200, asset: SCHEME, linked: true },
      { account: 'supplier-clearing', amount: -200, asset: SCHEME, linked: false },
    ]);
    await refunded(id);
    expect(await ledgerPoints(bench.ownerUrl, SCHEME)).toBe(before);
  });

  it('knows nothing of what was held, released or ran out', async () => {
    const before = await count(bench, 'ledger_transaction');
    const released = await heldRedemption(bench, 'soft', 700);
    await ask(bench, 'soft', 'release', released);
    const expired = await heldRedemption(bench, 'soft', 700);
    await endHoldIn(bench, expired, 0);
    await claimRedemption(bench, expired, 'lookup');
    await heldRedemption(bench, 'native', 700);
    expect(await stored(bench, expired)).toMatchObject({ state: 'expired' });
    expect(await count(bench, 'ledger_transaction')).toBe(before);
  });
});

describe('refunds of one redemption', () => {
  it('together never exceed it, however many come at once', async () => {
    const id = await confirmedRedemption(bench, 'soft', 600);
    const tries = await Promise.allSettled(Array.from({ length: 50 }, () => refund(id, 70)));
    expect(tally(ends(tries))).toEqual({ queued: 8, REFUND_EXCEEDS: 42 });
    expect(await taken(id)).toBe(560);
    await refund(id);
    expect(await taken(id)).toBe(600);
    await expect(refund(id)).rejects.toMatchObject({ code: 'ALREADY_REFUNDED', details: { operationId: id } });
  });

  it('of all that is left, at once, are one', async () => {
    const id = await confirmedRedemption(bench, 'soft', 600);
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => refund(id)));
    expect(tally(ends(tries))).toEqual({ queued: 1, ALREADY_REFUNDED: 9 });
  });

  it('under one key, or one reference of the platform, are one', async () => {
    const id = await confirmedRedemption(bench, 'soft', 600);
    const same = await Promise.all(Array.from({ length: 10 }, () => refund(id, 10, {}, `k-${id}`)));
    expect(new Set(same.map(({ body }) => body)).size).toBe(1);
    const named = await Promise.all(Array.from({ length: 10 }, () => refund(id, 20, { clientReference: 'C-1' })));
    expect(new Set(named.map(idOf)).size).toBe(1);
    expect(named.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 9 }, () => 200), 202]);
    expect(await taken(id)).toBe(30);
  });

  it('that were rejected hold nothing', async () => {
    const id = await confirmedRedemption(bench, 'soft', 600);
    await carried(bench, bench.demo, idOf(await refund(id, 500)), REJECTED);
    expect(await taken(id)).toBe(0);
    await refund(id, 600);
    await expect(refund(id, 1)).rejects.toMatchObject({ code: 'ALREADY_REFUNDED' });
  });

  it('are made only of what is confirmed, by whom it belongs to', async () => {
    const held = await heldRedemption(bench, 'soft', 600);
    await expect(refund(held)).rejects.toMatchObject({ code: 'NOT_REFUNDABLE', details: { state: 'held' } });
    const id = await confirmedRedemption(bench, 'soft', 600);
    const input = { redemptionId: id, reason: 'x', metadata: {} };
    for (const caller of [bench.other.caller, { ...bench.demo.caller, organisation: 'acme' }])
      await expect(bench.soft.refund(caller, input, request(input))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const back = await refunded(id, 100);
    await expect(refund(back)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(bench.native.refund(bench.demo.caller, input, request(input))).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
    });
  });

  it('know what they give back, for the call that does it', async () => {
    const id = await confirmedRedemption(bench, 'soft', 600);
    const original = await stored(bench, id);
    const back = idOf(await refund(id, 100));
    expect(await bench.store.subject(bench.demo.id, back)).toMatchObject({
      operation: { kind: 'refund', originalId: id, points: 100 },
      original: {
        reference: original['reference'],
        supplierReference: original['supplier_reference'],
        points: 600,
        reward: { type: 'flight' },
      },
    });
  });
});

it('the books hold', async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
