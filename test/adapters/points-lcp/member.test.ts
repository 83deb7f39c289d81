import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { pointsLcp } from '../../../adapters/points-lcp/index.js';
import type { Account, Verified } from '../../../src/spec/adapter.js';
import type { HolderName } from '../../../src/spec/values.js';
import { answers, context, faultOf, fixture, hangs, leaveNothingBehind, member } from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const PATH = '/MemberValidation';

async function verify(name: HolderName = member.name): Promise<Verified> {
  if (pointsLcp.linking === undefined) throw new Error('no linking');
  return pointsLcp.linking.verify(context(), { memberNumber: member.number, name, form: {} });
}

async function account(): Promise<Account> {
  if (pointsLcp.member === undefined) throw new Error('no member port');
  return pointsLcp.member.account(context(), member);
}

describe('verify', () => {
  it('sends', async () => {
    const received = answers(PATH, fixture('validate-member.success'));
    await verify();
    expect(received.body).toEqual({ memberId: '7012345678', firstName: 'XIAOMING', lastName: 'WANG' });
    expect(received.authorization).toBe('Basic Z2F0ZTpzd29yZGZpc2g=');
  });

  it('sends one name where the holder has one', async () => {
    const received = answers(PATH, fixture('validate-member.success'));
    await verify({ script: 'Latn', family: 'SUKARNO' });
    expect(received.body).toEqual({ memberId: '7012345678', lastName: 'SUKARNO' });
  });

  it('reads the receipt', async () => {
    answers(PATH, fixture('validate-member.success'));
    expect(await verify()).toEqual({ handle: {}, tier: 'Gold' });
  });

  it('reads a refusal', async () => {
    answers(PATH, fixture('validate-member.unknown-member'));
    expect(await faultOf(verify())).toEqual({
      kind: 'rejected',
      reason: 'member-not-found',
      supplierCode: 'UNKNOWN_MEMBER',
    });
    answers(PATH, fixture('validate-member.locked'));
    expect(await faultOf(verify())).toMatchObject({ kind: 'rejected', reason: 'verification-locked' });
  });

  it('survives a lost answer', async () => {
    hangs(PATH);
    expect(await faultOf(verify())).toMatchObject({ kind: 'unknown-outcome' });
    answers(PATH, fixture('validate-member.success'));
    expect(await verify()).toMatchObject({ tier: 'Gold' });
  });

  it('takes a systemError for no answer and leaves nothing to resume', async () => {
    answers(PATH, fixture('validate-member.system-error'));
    expect(await faultOf(verify())).toEqual({ kind: 'unknown-outcome', detail: 'systemError', resume: undefined });
  });

  it.each(['7099999999', 'A7012345678'])('does not believe an answer about %s', async (memberId) => {
    answers(PATH, JSON.stringify({ status: 'success', memberId }));
    expect((await faultOf(verify())).kind).toBe('unknown-outcome');
  });

  it('knows the number however it is spaced', async () => {
    answers(PATH, JSON.stringify({ status: 'success', memberId: '70 1234-5678' }));
    expect(await verify()).toEqual({ handle: {}, tier: undefined });
  });
});

describe('account', () => {
  it('sends', async () => {
    const received = answers(PATH, fixture('validate-member.success'));
    await account();
    expect(received.body).toEqual({ memberId: '7012345678', firstName: 'XIAOMING', lastName: 'WANG' });
  });

  it('reads the receipt', async () => {
    answers(PATH, fixture('validate-member.success'));
    expect(await account()).toEqual({ available: 200_000, tier: { code: 'Gold' } });
  });

  it('reads a refusal', async () => {
    answers(PATH, fixture('validate-member.unknown-member'));
    expect(await faultOf(account())).toMatchObject({ kind: 'rejected', reason: 'member-not-found' });
  });

  it('survives a lost answer', async () => {
    hangs(PATH);
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
    answers(PATH, fixture('validate-member.success'));
    expect(await account()).toMatchObject({ available: 200_000 });
  });

  it('never takes a missing balance for 0', async () => {
    answers(PATH, fixture('validate-member.no-balance'));
    expect(await faultOf(account())).toEqual({ kind: 'unknown-outcome', detail: 'balance is missing' });
  });

  it.each(['"1,000"', '1.5', '"1000"', 'null', '1e400'])('does not believe a balance of %s', async (balance) => {
    answers(PATH, `{ "status": "success", "balance": ${balance} }`);
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
  });
});
