import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { cnPartner } from '../../../adapters/cn-partner/index.js';
import type { Account, Verified, VerifyInput } from '../../../src/spec/adapter.js';
import { answer, context, faultOf, member, supplier } from './supplier.js';

const input: VerifyInput = { memberNumber: member.number, name: member.name, form: { idLast4: '123X' } };

async function verify(change: Partial<VerifyInput> = {}): Promise<Verified> {
  if (cnPartner.linking === undefined) throw new Error('no linking');
  return cnPartner.linking.verify(context(), { ...input, ...change });
}

async function account(): Promise<Account> {
  if (cnPartner.member === undefined) throw new Error('no member port');
  return cnPartner.member.account(context(), member);
}

afterAll(() => nock.restore());

afterEach(() => {
  nock.abortPendingRequests();
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});

describe('verify', () => {
  const call = { method: 'POST', path: '/members/verify', schema: 'VerifyRequest' } as const;

  it('sends', async () => {
    const received = supplier(call, 200, answer('verify.ok', 'VerifiedMember'));
    await verify();
    expect(received.body).toEqual({ memberNo: 'CR0000000017', name: '王小明', idLast4: '123X' });
  });

  it('sends a Latin name as on a ticket, and the digits of a document where the form has none', async () => {
    const received = supplier(call, 200, answer('verify.ok', 'VerifiedMember'));
    const document = { type: 'passport', last4: '9Z9Z' };
    await verify({ name: { script: 'Latn', family: 'WANG', given: 'XIAOMING' }, form: {}, document });
    expect(received.body).toEqual({ memberNo: 'CR0000000017', name: 'WANG/XIAOMING', idLast4: '9Z9Z' });
  });

  it('sends nothing without the digits of a document', async () => {
    expect(await faultOf(verify({ form: {} }))).toMatchObject({ kind: 'rejected', reason: 'document-mismatch' });
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('verify.ok', 'VerifiedMember'));
    expect(await verify()).toEqual({ handle: {}, tier: '3' });
  });

  it('reads a refusal', async () => {
    supplier(call, 422, answer('verify.name-mismatch', 'Error'));
    expect(await faultOf(verify())).toEqual({
      kind: 'rejected',
      reason: 'name-mismatch',
      supplierCode: 'NAME_MISMATCH',
    });
  });

  it('survives a lost answer', async () => {
    supplier(call, 'lost');
    expect((await faultOf(verify())).kind).toBe('unknown-outcome');
  });

  it('takes no answer about another member', async () => {
    supplier(call, 200, answer('verify.ok', 'VerifiedMember').replace('17', '18'));
    expect((await faultOf(verify())).kind).toBe('unknown-outcome');
  });
});

describe('account', () => {
  const call = { method: 'GET', path: '/members/CR0000000017' } as const;

  it('sends', async () => {
    const received = supplier(call, 200, answer('account.ok', 'Member'));
    await account();
    expect(received.body).toBeUndefined();
  });

  it('reads the receipt', async () => {
    supplier(call, 200, answer('account.ok', 'Member'));
    expect(await account()).toEqual({
      available: 10240,
      pending: 1265,
      tier: { code: '3', progress: { current: 62000, unit: 'qualifying-points' } },
      expiring: [{ points: 500, expiresOn: '2027-01-31' }],
    });
  });

  it('reads a refusal', async () => {
    supplier(call, 404, answer('account.member-not-found', 'Error'));
    expect(await faultOf(account())).toMatchObject({ kind: 'rejected', reason: 'member-not-found' });
  });

  it('survives a lost answer', async () => {
    supplier(call, 'lost');
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
  });

  it.each(['"10,240"', '10240.5', 'null'])('never makes a balance of %s', async (points) => {
    supplier(call, 200, answer('account.ok', 'Member').replace('10240', points));
    expect((await faultOf(account())).kind).toBe('unknown-outcome');
  });
});
