import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { AccrualInput, Found, Receipt, Write } from '../../../src/spec/adapter.js';
import type { Activity } from '../../../src/spec/activity.js';
import { points } from '../../../src/spec/values.js';
import type { Config } from '../../../adapters/reference/config.js';
import { answer } from './contract.js';
import { attempt, config, context, faultOf, member, nothingLeft, promising, supplier } from './supplier.js';

afterAll(() => nock.restore());
afterEach(nothingLeft);

const activity: Activity = {
  type: 'rail',
  orderNumber: 'E1',
  trainNumber: 'G1',
  travelDate: '2026-11-20',
  fare: { currency: 'CNY', minor: 25_300 },
};
const input: AccrualInput = { member, activity, points: points(1200), bonusPoints: points(65) };
const posted = {
  supplierReference: 'R-9001',
  final: true,
  echo: { reference: attempt.reference, points: 1265, memberNumber: 'RA10000001' },
  businessDate: '2026-11-21',
};

function accrual(recovery = 'key'): Write<AccrualInput, Config> {
  const port = promising({ recovery, redemption: 'none' }).accrual;
  if (port === undefined) throw new Error('no accrual');
  return port.accrue;
}

async function accrue(): Promise<Receipt> {
  return accrual().perform(context(), input, attempt);
}

describe('accrue', () => {
  const call = { method: 'POST', path: '/accruals', schema: 'AccrualRequest', key: attempt.reference } as const;

  it('sends', async () => {
    const received = supplier(call, 201, answer('accrual.posted', 'Operation'));
    await accrue();
    expect(received.body).toEqual({
      reference: attempt.reference,
      memberNumber: 'RA10000001',
      points: 1265,
      activity: { key: 'RAIL|E1|G1|2026-11-20|1', date: '2026-11-20' },
    });
  });

  it('reads the receipt', async () => {
    supplier(call, 201, answer('accrual.posted', 'Operation'));
    expect(await accrue()).toEqual(posted);
  });

  it('reads the receipt of what is decided later', async () => {
    supplier(call, 202, answer('accrual.pending', 'Operation'));
    expect(await accrue()).toEqual({ ...posted, final: false, businessDate: undefined });
  });

  it('reads a refusal', async () => {
    supplier(call, 422, answer('accrual.not-eligible', 'Error'));
    const refused = { kind: 'rejected', reason: 'not-eligible-fare', supplierCode: 'NOT_ELIGIBLE' };
    expect(await faultOf(accrue())).toEqual(refused);
  });

  it('reads a refusal that the scheme’s settings know, and leaves one that nobody knows to a person', async () => {
    supplier(call, 422, answer('accrual.quota-full', 'Error'));
    expect(await faultOf(accrue())).toEqual({
      kind: 'rejected',
      reason: 'cap-reached',
      supplierCode: 'QUOTA_FULL',
    });
    supplier(call, 422, answer('accrual.ask-somebody', 'Error'));
    expect(await faultOf(accrue())).toEqual({ kind: 'unmapped', supplierCode: 'ASK_SOMEBODY' });
  });

  it('survives a lost answer: the same key again gives the same receipt', async () => {
    supplier(call, 'lost');
    expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
    supplier(call, 201, answer('accrual.posted', 'Operation'));
    expect(await accrue()).toEqual(posted);
  });

  it.each([
    [503, {}, { kind: 'not-sent' }],
    [503, { 'retry-after': '3' }, { kind: 'rate-limited', retryAfterMs: 3_000 }],
    [500, {}, { kind: 'unknown-outcome' }],
    [401, {}, { kind: 'auth' }],
    [408, {}, { kind: 'unknown-outcome' }],
  ])('takes %i with %j for what the contract says it is', async (status, headers, fault) => {
    supplier(call, status, answer('accrual.busy', 'Error'), headers);
    expect(await faultOf(accrue())).toMatchObject(fault);
  });

  it.each([
    [201, 'accrual.pending'],
    [202, 'accrual.posted'],
    [200, 'accrual.posted'],
    [201, 'accrual.refused'],
  ])('does not believe a %i with %s', async (status, name) => {
    supplier(call, status, answer(name, 'Operation'));
    expect((await faultOf(accrue())).kind).toBe('unknown-outcome');
  });
});

describe('find', () => {
  const call = { method: 'GET', path: `/operations/${attempt.reference}` } as const;
  const find = async (): Promise<Found | undefined> => {
    const write = accrual('lookup');
    return write.idempotency === 'lookup' ? write.find(context(), input, attempt) : undefined;
  };

  it('finds it posted, accepted or refused', async () => {
    supplier(call, 200, answer('accrual.posted', 'Operation'));
    expect(await find()).toEqual({ found: 'posted', receipt: posted });
    supplier(call, 200, answer('accrual.pending', 'Operation'));
    expect(await find()).toMatchObject({ found: 'accepted', receipt: { final: false } });
    supplier(call, 200, answer('accrual.refused', 'Operation'));
    expect(await find()).toEqual({ found: 'refused', reason: 'not-eligible-fare', supplierCode: 'NOT_ELIGIBLE' });
  });

  it('finds it absent only where the programme says so itself', async () => {
    supplier(call, 404, answer('operation.not-found', 'Error'));
    expect(await find()).toEqual({ found: 'absent' });
    supplier(call, 404, '<html>no such page</html>');
    expect(await faultOf(find())).toEqual({ kind: 'unmapped', supplierCode: 'HTTP 404' });
  });
});

describe('what a programme promises', () => {
  it.each([
    ['key', { idempotency: 'key' }],
    ['lookup', { idempotency: 'lookup', eventual: false }],
    ['eventual', { idempotency: 'lookup', eventual: true }],
    ['file', { idempotency: 'none' }],
    ['push', { idempotency: 'none' }],
  ])('%s is how its writes are recovered', (recovery, write) => {
    expect(accrual(recovery)).toMatchObject(write);
    expect(promising({ recovery, redemption: 'one-step' }).redemption?.confirm).toMatchObject(write);
    expect('inbound' in promising({ recovery, redemption: 'none' })).toBe(recovery === 'push');
  });

  it('a key has its window, and a look-up only where there is one', () => {
    const [asked, alone] = [true, false].map((keyFind) => promising({ keyFind, redemption: 'none' }).accrual?.accrue);
    if (asked?.idempotency !== 'key' || alone?.idempotency !== 'key') throw new Error('no keys');
    expect(alone.windowMs(config)).toBe(604_800_000);
    expect(asked.find).toBeDefined();
    expect(alone.find).toBeUndefined();
  });

  it.each([
    [{ recovery: 'eventual', redemption: 'hold-first' }, 'hold-first needs a look-up that does not lag'],
    [{ recovery: 'key', keyFind: false, redemption: 'hold-first' }, 'hold-first needs a look-up that does not lag'],
    [{ recovery: 'file', redemption: 'none', settlement: 'none' }, 'recovery by file needs the daily file'],
    [{ recovery: 'prayer' }, 'recovery'],
    [{ refusals: { 'not a code': 'cap-reached' } }, 'refusals'],
  ])('%j is refused', (promises, complaint) => {
    expect(() => promising(promises)).toThrow(complaint);
  });
});
