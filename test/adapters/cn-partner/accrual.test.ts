import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { cnPartner } from '../../../adapters/cn-partner/index.js';
import type { AccrualInput, Found, Receipt } from '../../../src/spec/adapter.js';
import type { Activity } from '../../../src/spec/activity.js';
import { points } from '../../../src/spec/values.js';
import { answer, attempt, config, context, faultOf, member, supplier } from './supplier.js';

const rail: Activity = {
  type: 'rail',
  orderNumber: 'E123456789',
  trainNumber: 'G1',
  travelDate: '2026-11-20',
  fare: { currency: 'CNY', minor: 25300 },
};
const input: AccrualInput = { member, activity: rail, points: points(1200), bonusPoints: points(65) };
const posted = {
  supplierReference: 'CRS-9001',
  final: true,
  echo: { reference: attempt.reference, points: 1265, memberNumber: 'CR0000000017' },
  businessDate: '2026-11-21',
};

function write() {
  if (cnPartner.accrual?.accrue.idempotency !== 'key') throw new Error('the accrual is recovered by key');
  return cnPartner.accrual.accrue;
}

async function accrue(activity: Activity = rail): Promise<Receipt> {
  return write().perform(context(), { ...input, activity }, attempt);
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

describe('accrue', () => {
  const call = { method: 'POST', path: '/accruals', schema: 'AccrualRequest', key: attempt.reference } as const;

  it('sends', async () => {
    const received = supplier(call, 201, answer('accrual.posted', 'Accrual'));
    await accrue();
    expect(received.body).toEqual({
      reference: attempt.reference,
      memberNo: 'CR0000000017',
      activity: {
        type: 'rail',
        orderNo: 'E123456789',
        item: 'G1',
        passenger: 1,
        date: '2026-11-20',
        fare: { currency: 'CNY', minor: 25300 },
      },
      points: 1265,
    });
  });

  it.each<[Activity, object]>([
    [
      {
        type: 'flight',
        ticketNumber: '9991234567890',
        coupon: 2,
        marketingCarrier: 'CA',
        flightNumber: '1501',
        origin: 'PEK',
        destination: 'SHA',
        departureDate: '2026-11-20',
        bookingClass: 'Y',
      },
      { type: 'flight', orderNo: '9991234567890', item: 'CA1501', passenger: 2, date: '2026-11-20' },
    ],
    [
      {
        type: 'stay',
        property: 'BJ01',
        confirmation: 'C77',
        folio: 'A',
        checkIn: '2026-11-18',
        checkOut: '2026-11-20',
        eligible: { currency: 'CNY', minor: 90000 },
      },
      {
        type: 'stay',
        orderNo: 'C77',
        item: 'BJ01/A',
        date: '2026-11-20',
        fare: { currency: 'CNY', minor: 90000 },
      },
    ],
  ])('sends a $type', async (activity, wire) => {
    const received = supplier(call, 201, answer('accrual.posted', 'Accrual'));
    await accrue(activity);
    expect(received.body).toMatchObject({ activity: wire });
  });

  it('sends nothing that the contract has no form for', async () => {
    const other: Activity = { type: 'other', reference: 'x', description: 'Parking', date: '2026-11-20' };
    expect(await faultOf(accrue(other))).toMatchObject({ kind: 'rejected', supplierCode: 'ACTIVITY_TYPE' });
  });

  it('reads the receipt', async () => {
    supplier(call, 201, answer('accrual.posted', 'Accrual'));
    expect(await accrue()).toEqual(posted);
  });

  it('reads the receipt of a brand that posts the night after', async () => {
    supplier(call, 202, answer('accrual.accepted', 'Accrual'));
    expect(await accrue()).toEqual({ ...posted, final: false, businessDate: undefined });
  });

  it('reads a refusal', async () => {
    supplier(call, 422, answer('accrual.not-eligible', 'Error'));
    expect(await faultOf(accrue())).toEqual({
      kind: 'rejected',
      reason: 'not-eligible-fare',
      supplierCode: 'NOT_ELIGIBLE',
    });
  });

  it('survives a lost answer: the same key again gives the same receipt', async () => {
    supplier(call, 'lost');
    expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
    supplier(call, 201, answer('accrual.posted', 'Accrual'));
    expect(await accrue()).toEqual(posted);
    expect(write().windowMs(config)).toBe(604_800_000);
  });

  it.each([
    [201, 'accrual.accepted'],
    [202, 'accrual.posted'],
    [200, 'accrual.posted'],
    [201, 'accrual.refused'],
  ])('does not believe a %i with %s', async (status, name) => {
    supplier(call, status, answer(name, 'Accrual'));
    expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
  });
});

describe('find an accrual', () => {
  const call = { method: 'GET', path: `/accruals/${attempt.reference}` } as const;

  it('finds it posted, accepted or refused', async () => {
    supplier(call, 200, answer('accrual.posted', 'Accrual'));
    expect(await find()).toEqual({ found: 'posted', receipt: posted });
    supplier(call, 200, answer('accrual.accepted', 'Accrual'));
    expect(await find()).toMatchObject({ found: 'accepted', receipt: { final: false } });
    supplier(call, 200, answer('accrual.refused', 'Accrual'));
    expect(await find()).toEqual({ found: 'refused', reason: 'not-eligible-fare', supplierCode: 'NOT_ELIGIBLE' });
  });

  it('finds it absent only where the supplier says so itself', async () => {
    supplier(call, 404, answer('accrual.not-found', 'Error'));
    expect(await find()).toEqual({ found: 'absent' });
    supplier(call, 404, '<html>no such page</html>');
    expect(await faultOf(find())).toEqual({ kind: 'unmapped', supplierCode: 'HTTP 404' });
  });

  it('says nothing of a status it does not know, or of a lost answer', async () => {
    supplier(call, 200, answer('accrual.posted', 'Accrual').replace('"posted"', '"parked"'));
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
    supplier(call, 'lost');
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
  });
});
