import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import type { Activity } from '../../../src/spec/activity.js';
import type { AccrualInput, Found } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import { answers, attempt, context, faultOf, fixture, leaveNothingBehind, member, STATISTICS } from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const stay: Activity = {
  type: 'stay',
  property: 'HARB2',
  confirmation: 'C-771',
  checkIn: '2026-11-18',
  checkOut: '2026-11-20',
};
const input: AccrualInput = { member, activity: stay, points: points(1200), bonusPoints: points(300) };
const own = { reference: attempt.reference, points: 1500, memberNumber: 'HH123456789' };
const posted = fixture('get-profile-membership-statistics.accrual');

async function find(change: Partial<AccrualInput> = {}): Promise<Found> {
  const accrue = operaCloud.accrual?.accrue;
  if (accrue?.idempotency !== 'lookup') throw new Error('the accrual is not recovered by look-up');
  return accrue.find(context(), { ...input, ...change }, attempt);
}

describe('find an accrual', () => {
  it('asks for our reference, between the stay and a day from now', async () => {
    const received = answers(STATISTICS, { status: 204 });
    expect(await find()).toEqual({ found: 'absent' });
    expect(received.query).toEqual({
      profileId: 'P-77',
      membershipCardNo: 'HH123456789',
      membershipType: 'HH',
      startDate: '2026-11-17',
      endDate: '2026-11-22',
      transactionDetail: 'true',
      reference: '17953056000001234567',
      limit: '20',
    });
  });

  it('looks both at an old stay and at the days since the posting', async () => {
    const days = [1, 2].map(() => answers(STATISTICS, { body: fixture('get-profile-membership-statistics.none') }));
    const old: Activity = { ...stay, checkIn: '2026-05-01', checkOut: '2026-05-03' };
    expect(await find({ activity: old })).toEqual({ found: 'absent' });
    expect(days.map(({ query }) => query)).toMatchObject([
      { startDate: '2026-04-30', endDate: '2026-07-28' },
      { startDate: '2026-11-20', endDate: '2026-11-22' },
    ]);
  });

  it.each([
    [
      'another amount',
      '"awardPoints": 1500,\n        "id"',
      '"awardPoints": 15,\n        "id"',
      { ...own, points: 15 },
    ],
    ['another card', '"membershipCardNo": "HH123456789"', '"membershipCardNo": "HH9"', { ...own, memberNumber: 'HH9' }],
    ['a debit', '"awardPoints": 1500,\n        "id"', '"awardPoints": -1500,\n        "id"', { ...own, points: -1500 }],
  ])('shows %s under our reference instead of calling it absent', async (_what, from, to, echo) => {
    answers(STATISTICS, { body: posted.replace(from, to) });
    const receipt = { supplierReference: 'T-9001', final: true, echo };
    expect(await find()).toEqual({ found: 'posted', receipt });
  });

  it('prefers the one that agrees where two have our reference', async () => {
    const ours = { transactionDate: '2026-11-21', reference: attempt.reference, membershipCardNo: 'HH123456789' };
    const transactions = [
      { id: 'T-1', awardPoints: 15, transactionInfo: ours },
      { id: 'T-2', awardPoints: 1500, transactionInfo: ours },
    ];
    answers(STATISTICS, { body: JSON.stringify({ membershipStatistics: { transactions } }) });
    expect(await find()).toMatchObject({ found: 'posted', receipt: { supplierReference: 'T-2', echo: own } });
  });

  it('never goes by the amount alone', async () => {
    const another = posted.replace(attempt.reference, '17950000000000000000');
    answers(STATISTICS, { body: another });
    expect(await find()).toEqual({ found: 'absent' });
  });

  it.each([
    ['a credit of ours without its reference', posted.replace('"reference"', '"r"')],
    ['an answer that leaves the list out', '{"membershipStatistics":{}}'],
    ['an empty object', '{}'],
    [
      'a promise of more that is not kept',
      '{"membershipStatistics":{"transactions":[]},"totalResults":1}',
      '{"membershipStatistics":{"transactions":[]}}',
    ],
  ])('takes no absence from %s', async (_what, ...bodies) => {
    for (const body of bodies) answers(STATISTICS, { body });
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
  });

  it.each([400, 404, 500, 503])('takes no absence from a %i', async (status) => {
    answers(STATISTICS, { status });
    expect((await faultOf(find())).kind).toMatch(/^(unmapped|unknown-outcome)$/);
  });
});
