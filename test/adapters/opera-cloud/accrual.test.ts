import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import type { Activity } from '../../../src/spec/activity.js';
import type { AccrualInput, Found, Receipt } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  breaksOff,
  CREATED,
  config,
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

const stay: Activity = {
  type: 'stay',
  property: 'HARB2',
  confirmation: 'C-771',
  checkIn: '2026-11-18',
  checkOut: '2026-11-20',
  eligible: { currency: 'CNY', minor: 120_000 },
};
const input: AccrualInput = { member, activity: stay, points: points(1200), bonusPoints: points(300) };
const own = { reference: attempt.reference, points: 1500, memberNumber: 'HH123456789' };

function write() {
  const accrue = operaCloud.accrual?.accrue;
  if (accrue?.idempotency !== 'lookup') throw new Error('the accrual is not recovered by look-up');
  return accrue;
}

async function accrue(change: Partial<AccrualInput> = {}): Promise<Receipt> {
  return write().perform(context(), { ...input, ...change }, attempt);
}

async function find(change: Partial<AccrualInput> = {}): Promise<Found> {
  return write().find(context(), { ...input, ...change }, attempt);
}

describe('accrue', () => {
  it('sends', async () => {
    const received = answers(TRANSACTIONS, CREATED);
    await accrue();
    expect(received.body).toEqual({
      membershipTransactionDetails: {
        membershipTransactionDetails: {
          transactionType: 'ST',
          hotelId: 'HARB2',
          transactionDate: '2026-11-21',
          reference: '17953056000001234567',
          membershipCardNo: 'HH123456789',
          currency: 'CNY',
          adjustment: false,
          reservationIdList: [{ id: 'C-771', type: 'Confirmation' }],
          stayTimeSpan: { startDate: '2026-11-18', endDate: '2026-11-20' },
          awardPoints: { basePoints: 1200, bonusPoints: 300, totalPoints: 1500 },
        },
      },
    });
    expect(received.headers).toMatchObject({ 'x-hotelid': 'HARB1', 'content-type': 'application/json;charset=UTF-8' });
  });

  it('sends anything else as an other transaction of our own property', async () => {
    const received = answers(TRANSACTIONS, CREATED);
    await accrue({ activity: { type: 'other', reference: 'SPA-1', description: 'Spa', date: '2026-11-20' } });
    expect(received.body).toMatchObject({
      membershipTransactionDetails: {
        membershipTransactionDetails: { transactionType: 'OT', hotelId: 'HARB1', notes: 'SPA-1 2026-11-20 Spa' },
      },
    });
  });

  it.each<[string, Activity]>([
    ['PROPERTY_LENGTH', { ...stay, property: 'X'.repeat(21) }],
    ['CONFIRMATION_LENGTH', { ...stay, confirmation: 'X'.repeat(81) }],
    [
      'ACTIVITY_TYPE',
      {
        type: 'rail',
        orderNumber: 'E1',
        trainNumber: 'G1',
        travelDate: '2026-11-20',
        fare: { currency: 'CNY', minor: 1 },
      },
    ],
  ])('sends nothing that the contract has no place for: %s', async (supplierCode, activity) => {
    expect(await faultOf(accrue({ activity }))).toEqual({ kind: 'rejected', reason: 'supplier-refused', supplierCode });
  });

  it('reads the receipt', async () => {
    answers(TRANSACTIONS, CREATED);
    expect(await accrue()).toEqual({ supplierReference: 'T-9001', final: true, echo: {} });
  });

  it.each(['/crm/v1/membershipTransactions/T-9001/', 'T-9001', 'https://elsewhere.example/a/T-9001?x=1#y'])(
    'reads the receipt from Location %s',
    async (location) => {
      answers(TRANSACTIONS, { status: 201, headers: { location } });
      expect(await accrue()).toMatchObject({ supplierReference: 'T-9001' });
    },
  );

  it('reads a refusal', async () => {
    answers(TRANSACTIONS, { status: 400, body: fixture('post-membership-transaction.refused-profile') });
    expect(await faultOf(accrue())).toEqual({
      kind: 'rejected',
      reason: 'member-not-found',
      supplierCode: 'OPERAWS-CRM00073',
    });
    answers(TRANSACTIONS, { status: 400, body: fixture('post-membership-transaction.refused-nested') });
    expect(await faultOf(accrue())).toEqual({ kind: 'unmapped', supplierCode: 'OPERAWS-CRM01234' });
  });

  it.each([['hangs', hangs] as const, ['breaks off', breaksOff] as const])(
    'survives a lost answer: it %s, and the look-up finds it',
    async (_how, loses) => {
      loses(TRANSACTIONS);
      expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
      answers(STATISTICS, { body: fixture('get-profile-membership-statistics.accrual') });
      const receipt = { supplierReference: 'T-9001', final: true, echo: own };
      expect(await find()).toEqual({ found: 'posted', receipt });
      expect([write().eventual, write().conclusiveAfterMs(config)]).toEqual([true, 1_800_000]);
    },
  );

  it.each([
    ['200', { ...CREATED, status: 200 }],
    ['202', { ...CREATED, status: 202 }],
    ['201 without a Location', { ...CREATED, headers: {} }],
    ['201 with the Location of the collection', { ...CREATED, headers: { location: TRANSACTIONS } }],
    ['201 with a page', { ...CREATED, body: '<html>Please log in</html>' }],
    ['201 with half a document', { ...CREATED, body: '{"links": [' }],
  ])('does not believe a %s', async (_what, answer) => {
    answers(TRANSACTIONS, answer);
    expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
  });
});
