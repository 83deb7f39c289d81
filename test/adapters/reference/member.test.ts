import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { Verified } from '../../../src/spec/adapter.js';
import { answer } from './contract.js';
import { context, faultOf, member, nothingLeft, promising, supplier } from './supplier.js';

afterAll(() => nock.restore());
afterEach(nothingLeft);

const { linking, member: port } = promising();

describe('verify', () => {
  const call = { method: 'POST', path: '/members/verify', schema: 'VerifyRequest' } as const;
  const verify = async (): Promise<Verified | undefined> =>
    linking?.verify(context(), { memberNumber: member.number, name: member.name, form: {} });

  it('sends', async () => {
    const received = supplier(call, 200, answer('verify.ok', 'VerifiedMember'));
    await verify();
    expect(received.body).toEqual({ memberNumber: 'RA10000001', familyName: 'Wang', givenName: 'Xiaoming' });
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('verify.ok', 'VerifiedMember'));
    expect(await verify()).toEqual({ handle: {}, tier: 'gold' });
  });

  it('reads a refusal', async () => {
    supplier(call, 422, answer('verify.name-mismatch', 'Error'));
    const refused = { kind: 'rejected', reason: 'name-mismatch', supplierCode: 'NAME_MISMATCH' };
    expect(await faultOf(verify())).toEqual(refused);
  });

  it('survives a lost answer: nobody is linked', async () => {
    supplier(call, 'lost');
    expect((await faultOf(verify())).kind).toBe('unknown-outcome');
  });

  it('links nobody on an answer about somebody else', async () => {
    supplier(call, 200, answer('verify.ok', 'VerifiedMember').replace('RA10000001', 'RA10000019'));
    expect((await faultOf(verify())).kind).toBe('unknown-outcome');
  });
});

describe('account', () => {
  const call = { method: 'GET', path: '/members/RA10000001' } as const;
  const account = async () => port?.account(context(), member);

  it('sends', async () => {
    const received = supplier(call, 200, answer('account.ok', 'Member'));
    await account();
    expect(received.body).toBeUndefined();
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('account.ok', 'Member'));
    expect(await account()).toEqual({ available: -20, held: 300, tier: { code: 'gold' } });
  });

  it('reads a refusal', async () => {
    supplier(call, 404, answer('account.member-not-found', 'Error'));
    expect(await faultOf(account())).toMatchObject({ kind: 'rejected', reason: 'member-not-found' });
  });

  it('survives a lost answer: there is no balance', async () => {
    supplier(call, 'lost');
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
  });

  it.each([
    ['-20', '"-20"'],
    ['-20', '1.5'],
    ['"available"', '"spendable"'],
  ])('has no balance where %s is %s', async (right, wrong) => {
    supplier(call, 200, answer('account.ok', 'Member').replace(right, wrong));
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
  });
});

describe('statement', () => {
  const call = { method: 'GET', path: '/members/RA10000001/statement?since=2026-11-01&until=2026-11-30' } as const;

  it('has our lines under our reference and the rest without one', async () => {
    supplier(call, 200, answer('statement.ok', 'Statement'));
    const lines = await port?.statement?.(context(), member, { since: '2026-11-01', until: '2026-11-30' });
    expect(lines).toMatchObject([
      { reference: '17953056000001234567', supplierReference: 'R-9001', points: 1265, kind: 'accrual' },
      { reference: undefined, supplierReference: 'OWN-1', points: 50, kind: 'birthday', date: '2026-11-22' },
    ]);
  });
});
