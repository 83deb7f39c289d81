import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { cnPartner } from '../../../adapters/cn-partner/index.js';
import type { HoldFound, Receipt, RedemptionInput } from '../../../src/spec/adapter.js';
import type { Reward } from '../../../src/spec/reward.js';
import { points } from '../../../src/spec/values.js';
import { answer, attempt, config, context, faultOf, member, supplier } from './supplier.js';

const rail: Reward = {
  type: 'rail',
  orderNumber: 'E123456789',
  trainNumber: 'G1',
  origin: 'VNP',
  destination: 'AOH',
  travelDate: '2026-12-20',
  seatClass: 'second',
};
const flight: Reward = {
  type: 'flight',
  carrier: 'CA',
  flightNumber: '1501',
  origin: 'PEK',
  destination: 'SHA',
  departureDate: '2026-12-20',
  bookingReference: 'ABC123',
};
const stay: Reward = {
  type: 'stay',
  property: 'BJ01',
  checkIn: '2026-12-18',
  checkOut: '2026-12-20',
  bookingReference: 'C77',
};
const input: RedemptionInput = { member, reward: rail, points: points(5000) };
const { reference } = attempt;
const done = {
  supplierReference: 'CRT-7001',
  final: true,
  echo: { reference, points: 5000, memberNumber: 'CR0000000017' },
  businessDate: undefined,
};
const held = { ...done, holdExpiresAt: '2026-11-21T12:30:00.000Z' };
const confirmed = { ...done, businessDate: '2026-11-21' };

function port() {
  if (cnPartner.redemption?.flow !== 'hold-first') throw new Error('the contract has a hold');
  return cnPartner.redemption;
}

async function perform(step: 'hold' | 'confirm' | 'release', change: Partial<RedemptionInput> = {}): Promise<Receipt> {
  return port()[step].perform(context(), { ...input, ...change }, attempt);
}

async function find(): Promise<HoldFound> {
  const { hold } = port();
  if (hold.idempotency === 'none' || hold.find === undefined) throw new Error('a hold can be looked up');
  return hold.find(context(), input, attempt);
}

/** What each step sends, and the answer with which it is done. */
const STEPS = {
  hold: {
    call: { method: 'POST', path: '/redemptions', schema: 'RedemptionRequest', key: reference },
    status: 201,
    fixture: 'redemption.held',
    receipt: held,
  },
  confirm: {
    call: { method: 'POST', path: `/redemptions/${reference}/confirm`, key: reference },
    status: 200,
    fixture: 'redemption.confirmed',
    receipt: confirmed,
  },
  release: {
    call: { method: 'POST', path: `/redemptions/${reference}/release`, key: reference },
    status: 200,
    fixture: 'redemption.released',
    receipt: done,
  },
} as const;
const FIXTURES = ['redemption.held', 'redemption.confirmed', 'redemption.released', 'redemption.expired'];
const MIXED = (['hold', 'confirm', 'release'] as const).flatMap((step) =>
  [200, 201, 202].flatMap((status) =>
    FIXTURES.filter((name) => status !== STEPS[step].status || name !== STEPS[step].fixture).map((name) => ({
      step,
      status,
      name,
    })),
  ),
);

/** The answers to a step that needs a hold and finds none. */
const GONE: [number, string, string][] = [
  [409, 'redemption.hold-expired', 'HOLD_EXPIRED'],
  [404, 'redemption.not-found', 'NOT_FOUND'],
];

async function survives(step: keyof typeof STEPS): Promise<void> {
  const { call, status, fixture, receipt } = STEPS[step];
  const first = supplier(call, status, '{"reference":');
  expect((await faultOf(perform(step))).kind).toBe('unknown-outcome');
  supplier(call, 'lost');
  expect((await faultOf(perform(step))).kind).toBe('unknown-outcome');
  const again = supplier(call, status, answer(fixture, 'Redemption'));
  expect(await perform(step)).toEqual(receipt);
  expect(again.body).toEqual(first.body);
  const write = port()[step];
  if (write.idempotency !== 'key') throw new Error(`a ${step} is recovered by key`);
  expect(write.windowMs(config)).toBe(604_800_000);
  expect(write.conclusiveAfterMs?.(config)).toBe(1_800_000);
}

afterAll(() => nock.restore());

afterEach(() => {
  nock.abortPendingRequests();
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});

describe('hold', () => {
  const { call } = STEPS.hold;

  it('sends', async () => {
    const received = supplier(call, 201, answer('redemption.held', 'Redemption'));
    await perform('hold');
    expect(received.body).toEqual({
      reference,
      memberNo: 'CR0000000017',
      points: 5000,
      ticket: { type: 'rail', orderNo: 'E123456789', item: 'G1', date: '2026-12-20' },
    });
  });

  it.each<[Reward, object]>([
    [flight, { type: 'flight', orderNo: 'ABC123', item: 'CA1501', date: '2026-12-20' }],
    [
      { ...flight, flightNumber: 'CA1501' },
      { type: 'flight', orderNo: 'ABC123', item: 'CA1501', date: '2026-12-20' },
    ],
    [stay, { type: 'stay', orderNo: 'C77', item: 'BJ01', date: '2026-12-18' }],
  ])('sends a $type', async (reward, ticket) => {
    const received = supplier(call, 201, answer('redemption.held', 'Redemption'));
    await perform('hold', { reward });
    expect(received.body).toMatchObject({ ticket });
    expect(received.body).not.toHaveProperty('beneficiaryNo');
  });

  it('sends for whom the member redeems', async () => {
    const received = supplier(call, 201, answer('redemption.held', 'Redemption'));
    await perform('hold', { reward: { ...rail, beneficiary: 'B7' } });
    expect(received.body).toMatchObject({ beneficiaryNo: 'B7' });
  });

  it.each<[Reward, object]>([
    [
      { type: 'gift', sku: 'CUP', quantity: 1 },
      { reason: 'supplier-refused', supplierCode: 'REWARD_TYPE' },
    ],
    [{ type: 'upgrade', bookingReference: 'ABC123', to: 'C' }, { supplierCode: 'REWARD_TYPE' }],
    [{ type: 'cash-off', reference: 'O-1', description: 'Off' }, { supplierCode: 'REWARD_TYPE' }],
    [
      { ...flight, bookingReference: undefined },
      { reason: 'activity-not-found', supplierCode: 'ORDER_NO_MISSING' },
    ],
    [
      { ...stay, bookingReference: '' },
      { reason: 'activity-not-found', supplierCode: 'ORDER_NO_MISSING' },
    ],
  ])('sends nothing for which the contract has no form: %j', async (reward, refusal) => {
    expect(await faultOf(perform('hold', { reward }))).toMatchObject({ kind: 'rejected', ...refusal });
  });

  it('reads the receipt, with the time of the hold in UTC', async () => {
    supplier(call, 201, answer('redemption.held', 'Redemption'));
    expect(await perform('hold')).toEqual(held);
  });

  it.each([
    ['2026-11-21T12:30:00Z', '2026-11-21T12:30:00.000Z'],
    ['2026-11-21t07:30:00.250-05:00', '2026-11-21T12:30:00.250Z'],
  ])('reads the receipt of a hold until %s', async (holdExpiresAt, utc) => {
    supplier(call, 201, JSON.stringify({ ...JSON.parse(answer('redemption.held', 'Redemption')), holdExpiresAt }));
    expect((await perform('hold')).holdExpiresAt).toBe(utc);
  });

  it.each([undefined, null, '', '2026-11-21', '2026-11-21T20:30:00', '2026-13-21T20:30:00Z', 'soon', 1_795_000_000])(
    'does not believe a hold until %p',
    async (holdExpiresAt) => {
      supplier(call, 201, JSON.stringify({ ...JSON.parse(answer('redemption.held', 'Redemption')), holdExpiresAt }));
      expect((await faultOf(perform('hold'))).kind).toBe('unknown-outcome');
    },
  );

  it.each([
    [422, 'redemption.insufficient-points', { reason: 'insufficient-points', supplierCode: 'INSUFFICIENT_POINTS' }],
    [422, 'redemption.below-first', { reason: 'below-minimum', supplierCode: 'BELOW_FIRST_REDEMPTION' }],
    [422, 'redemption.beneficiary', { reason: 'beneficiary-not-effective', supplierCode: 'BENEFICIARY_NOT_EFFECTIVE' }],
    [404, 'redemption.not-found', { reason: 'activity-not-found', supplierCode: 'NOT_FOUND' }],
  ])('reads a refusal: %i %s', async (status, name, refusal) => {
    supplier(call, status, answer(name, 'Error'));
    expect(await faultOf(perform('hold'))).toEqual({ kind: 'rejected', ...refusal });
  });

  it('survives a lost answer: the same key and body again give the same receipt', () => survives('hold'));
});

describe('confirm', () => {
  const { call } = STEPS.confirm;

  it('sends', async () => {
    const received = supplier(call, 200, answer('redemption.confirmed', 'Redemption'));
    await perform('confirm');
    expect(received.body).toBeUndefined();
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('redemption.confirmed', 'Redemption'));
    expect(await perform('confirm')).toEqual(confirmed);
  });

  it.each(GONE)('reads a refusal: %i %s is a hold that is gone', async (status, name, supplierCode) => {
    supplier(call, status, answer(name, 'Error'));
    expect(await faultOf(perform('confirm'))).toEqual({ kind: 'rejected', reason: 'hold-expired', supplierCode });
  });

  it('survives a lost answer: the same key again gives the same receipt', () => survives('confirm'));
});

describe('release', () => {
  const { call } = STEPS.release;

  it('sends', async () => {
    const received = supplier(call, 200, answer('redemption.released', 'Redemption'));
    await perform('release');
    expect(received.body).toBeUndefined();
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('redemption.released', 'Redemption'));
    expect(await perform('release')).toEqual(done);
  });

  it.each(GONE)('reads a refusal: %i %s is a hold that is gone', async (status, name, supplierCode) => {
    supplier(call, status, answer(name, 'Error'));
    expect(await faultOf(perform('release'))).toEqual({ kind: 'rejected', reason: 'hold-expired', supplierCode });
  });

  it('survives a lost answer: the same key again gives the same receipt', () => survives('release'));
});

describe.each(['hold', 'confirm', 'release'] as const)('the answer to a %s', (step) => {
  const { call, status, fixture } = STEPS[step];

  it('reads what the supplier says it did, though that was not what was asked', async () => {
    const other = { reference: '17953056000007654321', points: 9, memberNo: 'CR0000000018' };
    supplier(call, status, JSON.stringify({ ...JSON.parse(answer(fixture, 'Redemption')), ...other }));
    const echo = { reference: other.reference, points: 9, memberNumber: other.memberNo };
    expect(await perform(step)).toMatchObject({ echo });
  });

  it.each(['<html>Please log in</html>', '[]', 'null', '', '{}', '{"status":"parked"}'])(
    'does not believe %s',
    async (body) => {
      supplier(call, status, body);
      expect((await faultOf(perform(step))).kind).toBe('unknown-outcome');
    },
  );

  it.each(['reference', 'supplierReference', 'memberNo', 'points', 'status'])(
    'does not believe a redemption without %s',
    async (field) => {
      supplier(call, status, JSON.stringify({ ...JSON.parse(answer(fixture, 'Redemption')), [field]: undefined }));
      expect((await faultOf(perform(step))).kind).toBe('unknown-outcome');
    },
  );

  it('leaves a reused key to a person', async () => {
    supplier(call, 409, answer('redemption.key-reused', 'Error'));
    expect(await faultOf(perform(step))).toEqual({ kind: 'unmapped', supplierCode: 'KEY_REUSED' });
  });

  it("takes another's 404 for no refusal of the supplier's", async () => {
    supplier(call, 404, '<html>no such page</html>');
    expect(await faultOf(perform(step))).toEqual({ kind: 'unmapped', supplierCode: 'HTTP 404' });
  });
});

describe('a step', () => {
  it.each(MIXED)('that is a $step does not believe a $status with $name', async ({ step, status, name }) => {
    supplier(STEPS[step].call, status, answer(name, 'Redemption'));
    expect((await faultOf(perform(step))).kind).toBe('unknown-outcome');
  });
});

describe('find a redemption', () => {
  const call = { method: 'GET', path: `/redemptions/${reference}` } as const;

  it('is one look-up for all three steps', () => {
    const { hold, confirm, release } = port();
    const finds = [hold, confirm, release].map((write) => (write.idempotency === 'none' ? undefined : write.find));
    expect(finds[0]).toBeDefined();
    expect(new Set(finds).size).toBe(1);
  });

  it.each<[string, HoldFound]>([
    ['redemption.held', { found: 'held', receipt: held as Receipt }],
    ['redemption.confirmed', { found: 'confirmed', receipt: confirmed as Receipt }],
    ['redemption.released', { found: 'released' }],
    ['redemption.expired', { found: 'expired' }],
  ])('tells a %s', async (name, found) => {
    supplier(call, 200, answer(name, 'Redemption'));
    expect(await find()).toEqual(found);
  });

  it('finds it absent only where the supplier says so itself', async () => {
    supplier(call, 404, answer('redemption.not-found', 'Error'));
    expect(await find()).toEqual({ found: 'absent' });
    supplier(call, 404, '<html>no such page</html>');
    expect(await faultOf(find())).toEqual({ kind: 'unmapped', supplierCode: 'HTTP 404' });
    supplier(call, 404, answer('redemption.hold-expired', 'Error'));
    expect((await faultOf(find())).kind).toBe('rejected');
  });

  it.each(
    ['redemption.released', 'redemption.expired'].flatMap((name) =>
      [{ reference: '17953056000007654321' }, { points: 5001 }, { memberNo: 'CR0000000018' }].map((other) => ({
        name,
        other,
      })),
    ),
  )('does not believe that a hold has ended by a $name with $other', async ({ name, other }) => {
    supplier(call, 200, JSON.stringify({ ...JSON.parse(answer(name, 'Redemption')), ...other }));
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
  });

  it('says nothing of a hold without a time, a status it does not know, or a lost answer', async () => {
    supplier(call, 200, answer('redemption.held', 'Redemption').replace('holdExpiresAt', 'heldUntil'));
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
    supplier(call, 200, answer('redemption.held', 'Redemption').replace('"held"', '"parked"'));
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
    supplier(call, 'lost');
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
  });
});
