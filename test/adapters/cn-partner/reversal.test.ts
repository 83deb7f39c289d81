import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { cnPartner } from '../../../adapters/cn-partner/index.js';
import type { Attempt, Found, Receipt, ReversalInput } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import { answer, attempt as accrual, config, context, faultOf, member, supplier } from './supplier.js';

const input: ReversalInput = {
  member,
  original: {
    reference: accrual.reference,
    supplierReference: 'CRS-9001',
    activity: {
      type: 'rail',
      orderNumber: 'E123456789',
      trainNumber: 'G1',
      travelDate: '2026-11-20',
      fare: { currency: 'CNY', minor: 25300 },
    },
    points: points(1200),
    bonusPoints: points(65),
  },
  points: points(265),
  reason: 'ticket refunded',
};
const attempt: Attempt = { reference: '17953056000009999999', createdAt: '2026-11-22T12:00:00Z' };
const posted = {
  supplierReference: 'CRS-9002',
  final: true,
  echo: { reference: attempt.reference, points: 265, memberNumber: 'CR0000000017' },
  businessDate: '2026-11-22',
};

function write() {
  if (cnPartner.accrual?.reverse?.idempotency !== 'key') throw new Error('the reversal is recovered by key');
  return cnPartner.accrual.reverse;
}

async function reverse(change: Partial<ReversalInput> = {}): Promise<Receipt> {
  return write().perform(context(), { ...input, ...change }, attempt);
}

async function find(): Promise<Found | undefined> {
  return write().find?.(context(), input, attempt);
}

afterAll(() => nock.restore());

afterEach(() => {
  nock.abortPendingRequests();
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});

describe('reverse', () => {
  const path = `/accruals/${accrual.reference}/reversals`;
  const call = { method: 'POST', path, schema: 'ReversalRequest', key: attempt.reference } as const;

  it('sends', async () => {
    const received = supplier(call, 201, answer('reversal.posted', 'Reversal'));
    await reverse();
    expect(received.body).toEqual({ points: 265, reason: 'ticket refunded' });
  });

  it('sends no more of a reason than the contract takes', async () => {
    const received = supplier(call, 201, answer('reversal.posted', 'Reversal'));
    await reverse({ reason: 'x'.repeat(500) });
    expect(received.body).toEqual({ points: 265, reason: 'x'.repeat(200) });
  });

  it('reads the receipt', async () => {
    supplier(call, 201, answer('reversal.posted', 'Reversal'));
    expect(await reverse()).toEqual(posted);
  });

  it('reads a refusal', async () => {
    supplier(call, 422, answer('reversal.insufficient-points', 'Error'));
    expect(await faultOf(reverse())).toMatchObject({ kind: 'rejected', reason: 'insufficient-points' });
  });

  it('survives a lost answer: the same key again gives the same receipt', async () => {
    supplier(call, 'lost');
    expect((await faultOf(reverse())).kind).toBe('unknown-outcome');
    supplier(call, 201, answer('reversal.posted', 'Reversal'));
    expect(await reverse()).toEqual(posted);
    expect(write().windowMs(config)).toBe(604_800_000);
  });
});

describe('find a reversal', () => {
  const call = { method: 'GET', path: `/accruals/${accrual.reference}` } as const;

  it('finds it among those of its accrual', async () => {
    supplier(call, 200, answer('accrual.reversed', 'Accrual'));
    expect(await find()).toEqual({ found: 'posted', receipt: posted });
  });

  it('finds it absent where the accrual lists another, none, or does not exist', async () => {
    supplier(call, 200, answer('accrual.reversed', 'Accrual').replace(attempt.reference, '17953056000008888888'));
    expect(await find()).toEqual({ found: 'absent' });
    supplier(call, 200, answer('accrual.posted', 'Accrual'));
    expect(await find()).toEqual({ found: 'absent' });
    supplier(call, 404, answer('accrual.not-found', 'Error'));
    expect(await find()).toEqual({ found: 'absent' });
  });
});
