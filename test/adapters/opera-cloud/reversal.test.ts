import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import type { ReversalInput } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  CREATED,
  context,
  faultOf,
  fixture,
  hangs,
  leaveNothingBehind,
  member,
  STATISTICS,
  TRANSACTIONS,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const input: ReversalInput = {
  member,
  original: {
    reference: '17953055000001111111',
    supplierReference: 'T-8001',
    activity: { type: 'stay', property: 'HARB2', confirmation: 'C-771', checkIn: '2026-11-18', checkOut: '2026-11-20' },
    points: points(1200),
    bonusPoints: points(300),
  },
  points: points(400),
  reason: 'The last night was refunded',
};

function write() {
  const reverse = operaCloud.accrual?.reverse;
  if (reverse?.idempotency !== 'lookup') throw new Error('the reversal is not recovered by look-up');
  return reverse;
}

const reverse = async () => write().perform(context(), input, attempt);
const find = async () => write().find(context(), input, attempt);

describe('reverse', () => {
  it('sends', async () => {
    const received = answers(TRANSACTIONS, CREATED);
    await reverse();
    expect(received.body).toEqual({
      membershipTransactionDetails: {
        membershipTransactionDetails: {
          transactionType: 'ST',
          hotelId: 'HARB2',
          transactionDate: '2026-11-21',
          reference: '17953056000001234567',
          membershipCardNo: 'HH123456789',
          adjustment: true,
          reservationIdList: [{ id: 'C-771', type: 'Confirmation' }],
          stayTimeSpan: { startDate: '2026-11-18', endDate: '2026-11-20' },
          awardPoints: { basePoints: -400, totalPoints: -400 },
          notes: 'The last night was refunded',
        },
      },
    });
  });

  it('reads the receipt', async () => {
    answers(TRANSACTIONS, CREATED);
    expect(await reverse()).toEqual({ supplierReference: 'T-9001', final: true, echo: {} });
  });

  it('reads a refusal', async () => {
    answers(TRANSACTIONS, { status: 400, body: fixture('post-membership-transaction.refused-profile') });
    expect(await faultOf(reverse())).toMatchObject({ kind: 'rejected', reason: 'member-not-found' });
  });

  it('survives a lost answer: the look-up finds the adjustment under its own reference', async () => {
    hangs(TRANSACTIONS);
    expect((await faultOf(reverse())).kind).toBe('unknown-outcome');
    const received = answers(STATISTICS, { body: fixture('get-profile-membership-statistics.reversal') });
    expect(await find()).toEqual({
      found: 'posted',
      receipt: {
        supplierReference: 'T-9002',
        final: true,
        echo: { reference: attempt.reference, points: 400, memberNumber: 'HH123456789' },
      },
    });
    expect(received.query).toMatchObject({ reference: attempt.reference });
  });

  it('is absent where nothing has its reference', async () => {
    answers(STATISTICS, { status: 204 });
    expect(await find()).toEqual({ found: 'absent' });
  });
});
