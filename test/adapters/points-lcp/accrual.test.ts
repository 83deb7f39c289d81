import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { pointsLcp } from '../../../adapters/points-lcp/index.js';
import type { Activity } from '../../../src/spec/activity.js';
import type { AccrualInput, Receipt } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  breaksOff,
  config,
  context,
  faultOf,
  fixture,
  hangs,
  leaveNothingBehind,
  member,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const flight: Activity = {
  type: 'flight',
  ticketNumber: '9991234567890',
  coupon: 1,
  marketingCarrier: 'NW',
  flightNumber: '88',
  origin: 'HKG',
  destination: 'PEK',
  departureDate: '2026-11-20',
  bookingClass: 'Y',
};
const posted = {
  supplierReference: 'LP-1001',
  final: true,
  echo: { reference: undefined, points: undefined, memberNumber: undefined },
};

function write() {
  const accrue = pointsLcp.accrual?.accrue;
  if (accrue?.idempotency !== 'key') throw new Error('the accrual is not recovered by key');
  return accrue;
}

async function accrue(change: Partial<AccrualInput> = {}, resume?: string): Promise<Receipt> {
  const input = { member, activity: flight, points: points(1200), bonusPoints: points(300), ...change };
  return write().perform(context(), input, { ...attempt, resume });
}

describe('accrue', () => {
  it('sends', async () => {
    const received = answers('/Posting', fixture('transact.success'));
    await accrue();
    expect(received.body).toEqual({
      callback: 'urn:interline:us:17953056000001234567',
      amount: 1500,
      memberId: '7012345678',
      bonus: false,
      order: { orderType: 'FLIGHT', createdAt: '2026-11-21T12:00:00.000Z', confirmationNumber: '9991234567890-1' },
    });
    expect(received.authorization).toBe('Basic Z2F0ZTpzd29yZGZpc2g=');
  });

  it('sends what is bonus alone as bonus', async () => {
    const received = answers('/Posting', fixture('transact.success'));
    const other: Activity = { type: 'other', reference: 'PARK-7', description: 'Parking', date: '2026-11-20' };
    await accrue({ activity: other, points: points(0), bonusPoints: points(50) });
    const order = { orderType: 'OTHER', confirmationNumber: 'PARK-7' };
    expect(received.body).toMatchObject({ amount: 50, bonus: true, order });
  });

  it('sends nothing that a posting cannot name', async () => {
    const stay: Activity = {
      type: 'stay',
      property: 'HARB1',
      confirmation: 'C7',
      checkIn: '2026-11-18',
      checkOut: '2026-11-20',
    };
    expect(await faultOf(accrue({ activity: stay }))).toMatchObject({ kind: 'rejected', reason: 'supplier-refused' });
  });

  it('reads the receipt', async () => {
    answers('/Posting', fixture('transact.success'));
    expect(await accrue()).toEqual(posted);
  });

  it('reads what a programme echoes beyond its contract, so that another posting shows', async () => {
    const echo = { callback: 'urn:interline:us:17953056000007654321', amount: 9, memberId: '7000000000' };
    answers('/Posting', JSON.stringify({ status: 'success', transactionId: 'LP-9', ...echo }));
    expect(await accrue()).toEqual({
      supplierReference: 'LP-9',
      final: true,
      echo: { reference: '17953056000007654321', points: 9, memberNumber: '7000000000' },
    });
  });

  it('reads a refusal', async () => {
    answers('/Posting', fixture('transact.ineligible'));
    expect(await faultOf(accrue())).toEqual({
      kind: 'rejected',
      reason: 'not-eligible-person',
      supplierCode: 'INELIGIBLE',
    });
  });

  it('leaves free text to a person, and keeps what it quotes to itself', async () => {
    answers('/Posting', fixture('transact.free-text'));
    expect(await faultOf(accrue())).toEqual({ kind: 'unmapped', supplierCode: 'FREE_TEXT' });
  });

  it.each([['hangs', hangs] as const, ['breaks off', breaksOff] as const])(
    'survives a lost answer: it %s, and the same posting goes out again',
    async (_how, loses) => {
      const first = answers('/Posting', 'half an answ');
      expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
      loses('/Posting');
      expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
      const again = answers('/Posting', fixture('transact.success'));
      expect(await accrue()).toEqual(posted);
      expect(again.body).toEqual(first.body);
      expect(write().windowMs(config)).toBe(604_800_000);
    },
  );

  it.each([
    ['no id', '{"status":"success"}'],
    ['an id that is too long', `{"status":"success","transactionId":"${'x'.repeat(101)}"}`],
    ['an id that is no text', '{"status":"success","transactionId":7}'],
    ['no status', '{"transactionId":"LP-1"}'],
    ['a status of its own', '{"status":"pending","transactionId":"LP-1"}'],
    ['a failure called SUCCESS', '{"status":"failure","statusMessage":"SUCCESS","transactionId":"LP-1"}'],
    ['a page', '<html>Please log in</html>'],
    ['a list', '[]'],
  ])('does not believe %s', async (_what, body) => {
    answers('/Posting', body);
    expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
  });
});

describe('accrue after a systemError', () => {
  it('is left open with the id to resume by', async () => {
    answers('/Posting', fixture('transact.system-error'));
    expect(await faultOf(accrue())).toEqual({ kind: 'unknown-outcome', detail: 'systemError', resume: 'LP-1001' });
    answers('/Posting', '{"status":"systemError"}');
    expect(await faultOf(accrue())).toEqual({ kind: 'unknown-outcome', detail: 'systemError', resume: undefined });
  });

  it('sends', async () => {
    const received = answers('/RetryTransaction', fixture('retry-transaction.success'));
    await accrue({}, 'LP-1001');
    expect(received.body).toEqual({ transactionId: 'LP-1001' });
  });

  it.each(['success', 'already-succeeded'])('reads the receipt: %s', async (name) => {
    answers('/RetryTransaction', fixture(`retry-transaction.${name}`));
    expect(await accrue({}, 'LP-1001')).toEqual(posted);
  });

  it('reads the receipt of an answer that leaves the id out', async () => {
    answers('/RetryTransaction', '{"status":"success"}');
    expect(await accrue({}, 'LP-1001')).toEqual(posted);
  });

  it('reads a refusal', async () => {
    answers('/RetryTransaction', fixture('retry-transaction.limit'));
    expect(await faultOf(accrue({}, 'LP-1001'))).toEqual({
      kind: 'rejected',
      reason: 'cap-reached',
      supplierCode: 'LIMIT_EXCEEDED',
    });
  });

  it('survives a lost answer and another systemError: it can be resumed again', async () => {
    hangs('/RetryTransaction');
    expect((await faultOf(accrue({}, 'LP-1001'))).kind).toBe('unknown-outcome');
    answers('/RetryTransaction', fixture('retry-transaction.system-error'));
    expect(await faultOf(accrue({}, 'LP-1001'))).toMatchObject({ kind: 'unknown-outcome', resume: 'LP-1001' });
    answers('/RetryTransaction', fixture('retry-transaction.already-succeeded'));
    expect(await accrue({}, 'LP-1001')).toEqual(posted);
  });
});
