import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { Receipt, ReversalInput } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import { answer } from './contract.js';
import { attempt, context, faultOf, member, nothingLeft, promising, supplier } from './supplier.js';

afterAll(() => nock.restore());
afterEach(nothingLeft);

const input: ReversalInput = {
  member,
  original: {
    reference: '17953000000000000001',
    supplierReference: 'R-8000',
    activity: { type: 'other', reference: 'X1', description: 'Parking', date: '2026-11-20' },
    points: points(100),
    bonusPoints: points(0),
  },
  points: points(65),
  reason: 'refunded in part',
};

async function reverse(): Promise<Receipt | undefined> {
  return promising().accrual?.reverse?.perform(context(), input, attempt);
}

describe('reverse', () => {
  const call = { method: 'POST', path: '/reversals', schema: 'ReversalRequest', key: attempt.reference } as const;
  const done = {
    supplierReference: 'R-9001',
    final: true,
    echo: { reference: attempt.reference, points: 65, memberNumber: 'RA10000001' },
    businessDate: '2026-11-21',
  };

  it('sends', async () => {
    const received = supplier(call, 201, answer('reversal.posted', 'Operation'));
    await reverse();
    const { reference } = attempt;
    const { reference: accrual } = input.original;
    expect(received.body).toEqual({ reference, memberNumber: 'RA10000001', points: 65, accrual });
  });

  it('reads the receipt', async () => {
    supplier(call, 201, answer('reversal.posted', 'Operation'));
    expect(await reverse()).toEqual(done);
  });

  it('reads a refusal', async () => {
    supplier(call, 404, answer('reversal.accrual-not-found', 'Error'));
    expect(await faultOf(reverse())).toMatchObject({ kind: 'rejected', reason: 'activity-not-found' });
  });

  it('survives a lost answer: the same key again gives the same receipt', async () => {
    supplier(call, 'lost');
    expect((await faultOf(reverse())).kind).toBe('unknown-outcome');
    supplier(call, 201, answer('reversal.posted', 'Operation'));
    expect(await reverse()).toEqual(done);
  });
});
