import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import type { Account, Member } from '../../../src/spec/adapter.js';
import {
  answers,
  CARD,
  context,
  DETAILS,
  EXPIRING,
  faultOf,
  fixture,
  hangs,
  leaveNothingBehind,
  member,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const balance = fixture('get-membership-details.balance');
const summary = fixture('get-membership-transactions-summary-by-card-no.two');
const lots = fixture('get-member-points-to-expire.two');

async function account(whose: Member = member): Promise<Account> {
  if (operaCloud.member === undefined) throw new Error('no member port');
  return operaCloud.member.account(context(), whose);
}

describe('account', () => {
  it('sends', async () => {
    const details = answers(DETAILS, { body: balance });
    const level = answers(CARD, { body: summary });
    const expiring = answers(EXPIRING, { body: lots });
    await account();
    expect(details.query).toEqual({ membershipType: 'HH', membershipId: 'HH123456789' });
    expect(level.query).toEqual({});
    expect(expiring.query).toEqual({ limit: '20' });
  });

  it('reads the receipt', async () => {
    answers(DETAILS, { body: balance });
    answers(CARD, { body: summary });
    answers(EXPIRING, { body: lots });
    expect(await account()).toEqual({
      available: 48_200,
      tier: { code: 'GOLD' },
      expiring: [
        { points: 1200, expiresOn: '2026-12-31' },
        { points: 800, expiresOn: '2027-06-30' },
      ],
    });
  });

  it('reads the receipt of a member without level or ending points', async () => {
    answers(DETAILS, { body: balance });
    answers(CARD, { status: 204 });
    answers(EXPIRING, { status: 204 });
    expect(await account()).toEqual({ available: 48_200, expiring: [] });
  });

  it('reads a refusal', async () => {
    answers(DETAILS, { status: 204 });
    answers(CARD, { status: 204 });
    answers(EXPIRING, { status: 204 });
    expect(await faultOf(account())).toMatchObject({ kind: 'rejected', reason: 'member-not-found' });
  });

  it('survives a lost answer: an account is whole or a fault', async () => {
    answers(DETAILS, { body: balance });
    hangs(CARD);
    answers(EXPIRING, { body: lots });
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
    answers(DETAILS, { body: balance });
    answers(CARD, { body: summary });
    answers(EXPIRING, { body: lots });
    expect(await account()).toMatchObject({ available: 48_200 });
  });

  it.each(['"48,200"', '48200.5', '"48200"', 'null'])('does not believe a balance of %s', async (value) => {
    answers(DETAILS, { body: balance.replace('48200', value) });
    answers(CARD, { body: summary });
    answers(EXPIRING, { body: lots });
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
  });

  it('never takes a missing balance for 0', async () => {
    answers(DETAILS, { body: '{"memberInfo":{}}' });
    answers(CARD, { body: summary });
    answers(EXPIRING, { body: lots });
    expect(await faultOf(account())).toEqual({ kind: 'unknown-outcome', detail: 'pointsAvailable is missing' });
  });

  it('gets all the lots, also two that are alike, in either way of writing a date', async () => {
    const lot = { pointsExpiryDate: '20261231', pointsToExpire: 5 };
    const page = (count: number, hasMore: boolean) =>
      JSON.stringify({ memberPointsToExpireList: Array.from({ length: count }, () => lot), hasMore });
    answers(DETAILS, { body: balance });
    answers(CARD, { body: summary });
    answers(EXPIRING, { body: page(20, true) });
    const second = answers(EXPIRING, { body: page(3, false) });
    const { expiring } = await account();
    expect(expiring).toHaveLength(23);
    expect(expiring?.[22]).toEqual({ points: 5, expiresOn: '2026-12-31' });
    expect(second.query).toEqual({ limit: '20', offset: '20' });
  });

  it('asks nobody about a link without the ids that linking gave', async () => {
    expect(await faultOf(account({ ...member, handle: {} }))).toEqual({ kind: 'unmapped', supplierCode: 'NO_HANDLE' });
  });
});
