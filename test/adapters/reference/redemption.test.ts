import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { HoldFound, Receipt, RedemptionInput } from '../../../src/spec/adapter.js';
import type { Reward } from '../../../src/spec/reward.js';
import { points } from '../../../src/spec/values.js';
import { answer } from './contract.js';
import { attempt, context, faultOf, member, nothingLeft, promising, supplier } from './supplier.js';

afterAll(() => nock.restore());
afterEach(nothingLeft);

const flight: Reward = {
  type: 'flight',
  carrier: 'NW',
  flightNumber: 'NW1501',
  origin: 'PEK',
  destination: 'SHA',
  departureDate: '2026-12-01',
};
const input: RedemptionInput = { member, reward: flight, points: points(900) };
const key = attempt.reference;
const spent = {
  supplierReference: 'R-9001',
  final: true,
  echo: { reference: key, points: 900, memberNumber: 'RA10000001' },
  businessDate: '2026-11-21',
};
const held = { ...spent, businessDate: undefined, holdExpiresAt: '2026-11-21T12:30:00.000Z' };
const asked = {
  reference: key,
  memberNumber: 'RA10000001',
  points: 900,
  reward: { type: 'flight', item: 'NW1501/2026-12-01' },
};

function holding() {
  const port = promising().redemption;
  if (port?.flow !== 'hold-first') throw new Error('no holds');
  return port;
}

async function take(step: 'hold' | 'confirm' | 'release', given = input): Promise<Receipt> {
  return holding()[step].perform(context(), given, attempt);
}

async function debit(given = input): Promise<Receipt | undefined> {
  return promising({ redemption: 'one-step' }).redemption?.confirm.perform(context(), given, attempt);
}

describe('hold', () => {
  const call = { method: 'POST', path: '/holds', schema: 'RedemptionRequest', key } as const;

  it('sends', async () => {
    const received = supplier(call, 201, answer('redemption.held', 'Operation'));
    await take('hold');
    expect(received.body).toEqual(asked);
  });

  it('reads the receipt', async () => {
    supplier(call, 201, answer('redemption.held', 'Operation'));
    expect(await take('hold')).toEqual(held);
  });

  it('reads a refusal', async () => {
    supplier(call, 422, answer('redemption.insufficient-points', 'Error'));
    expect(await faultOf(take('hold'))).toMatchObject({ kind: 'rejected', reason: 'insufficient-points' });
  });

  it('survives a lost answer: the same key again gives the same hold', async () => {
    supplier(call, 'lost');
    expect((await faultOf(take('hold'))).kind).toBe('unknown-outcome');
    supplier(call, 201, answer('redemption.held', 'Operation'));
    expect(await take('hold')).toEqual(held);
  });

  it('does not believe a hold without a readable end', async () => {
    supplier(call, 201, answer('redemption.held', 'Operation').replace('+08:00', ''));
    expect((await faultOf(take('hold'))).kind).toBe('unknown-outcome');
  });
});

describe('confirm', () => {
  const call = { method: 'POST', path: `/holds/${key}/confirm`, key } as const;

  it('sends', async () => {
    const received = supplier(call, 200, answer('redemption.confirmed', 'Operation'));
    await take('confirm');
    expect(received.body).toBeUndefined();
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('redemption.confirmed', 'Operation'));
    expect(await take('confirm')).toEqual(spent);
  });

  it('reads a refusal', async () => {
    supplier(call, 409, answer('redemption.hold-ended', 'Error'));
    expect(await faultOf(take('confirm'))).toMatchObject({ kind: 'rejected', reason: 'hold-expired' });
  });

  it('survives a lost answer: the same again gives the same receipt', async () => {
    supplier(call, 'lost');
    expect((await faultOf(take('confirm'))).kind).toBe('unknown-outcome');
    supplier(call, 200, answer('redemption.confirmed', 'Operation'));
    expect(await take('confirm')).toEqual(spent);
  });
});

describe('release', () => {
  const call = { method: 'POST', path: `/holds/${key}/release`, key } as const;

  it('sends', async () => {
    const received = supplier(call, 200, answer('redemption.released', 'Operation'));
    await take('release');
    expect(received.body).toBeUndefined();
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('redemption.released', 'Operation'));
    expect(await take('release')).toEqual({ ...spent, businessDate: undefined });
  });

  it('reads a refusal', async () => {
    supplier(call, 409, answer('redemption.hold-ended', 'Error'));
    expect(await faultOf(take('release'))).toMatchObject({ kind: 'rejected', reason: 'hold-expired' });
  });

  it('survives a lost answer: nothing is claimed', async () => {
    supplier(call, 'lost');
    expect((await faultOf(take('release'))).kind).toBe('unknown-outcome');
  });
});

describe('a debit in one step', () => {
  const call = { method: 'POST', path: '/redemptions', schema: 'RedemptionRequest', key } as const;

  it('sends', async () => {
    const received = supplier(call, 201, answer('redemption.confirmed', 'Operation'));
    await debit();
    expect(received.body).toEqual(asked);
  });

  it.each<[Reward, object]>([
    [
      { type: 'gift', sku: 'MUG', quantity: 2 },
      { type: 'gift', item: '2xMUG' },
    ],
    [
      { type: 'cash-off', reference: 'O-77', description: 'Off an order' },
      { type: 'cash-off', item: 'O-77' },
    ],
  ])('sends %j', async (reward, wire) => {
    const received = supplier(call, 201, answer('redemption.confirmed', 'Operation'));
    await debit({ ...input, reward });
    expect(received.body).toMatchObject({ reward: wire });
  });

  it('reads the receipt', async () => {
    supplier(call, 201, answer('redemption.confirmed', 'Operation'));
    expect(await debit()).toEqual(spent);
  });

  it('reads a refusal, and makes one where the contract has no form', async () => {
    supplier(call, 422, answer('redemption.insufficient-points', 'Error'));
    expect(await faultOf(debit())).toMatchObject({ kind: 'rejected', reason: 'insufficient-points' });
    const reward: Reward = { type: 'upgrade', bookingReference: 'F1', to: 'C' };
    expect(await faultOf(debit({ ...input, reward }))).toMatchObject({ kind: 'rejected', supplierCode: 'REWARD_TYPE' });
  });

  it('survives a lost answer: nothing is claimed', async () => {
    supplier(call, 'lost');
    expect((await faultOf(debit())).kind).toBe('unknown-outcome');
  });
});

describe('find a hold', () => {
  const call = { method: 'GET', path: `/operations/${key}` } as const;
  const find = async (): Promise<HoldFound | undefined> => {
    const { hold } = holding();
    return hold.idempotency === 'none' ? undefined : hold.find?.(context(), input, attempt);
  };

  it.each([
    ['redemption.held', { found: 'held', receipt: held }],
    ['redemption.confirmed', { found: 'confirmed', receipt: spent }],
    ['redemption.released', { found: 'released' }],
    ['redemption.expired', { found: 'expired' }],
  ])('says of %s where it stands', async (name, found) => {
    supplier(call, 200, answer(name, 'Operation'));
    expect(await find()).toEqual(found);
  });

  it('is absent where the programme says so', async () => {
    supplier(call, 404, answer('operation.not-found', 'Error'));
    expect(await find()).toEqual({ found: 'absent' });
  });

  it.each([
    ['"points": 900', '"points": 901'],
    ['RA10000001', 'RA10000019'],
    ['"released"', '"pending"'],
  ])('believes no end where %s is %s', async (right, wrong) => {
    supplier(call, 200, answer('redemption.released', 'Operation').replace(right, wrong));
    expect((await faultOf(find())).kind).toBe('unknown-outcome');
  });
});
