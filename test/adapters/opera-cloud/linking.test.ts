import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import { sameName } from '../../../src/kit/same-name.js';
import type { Verified } from '../../../src/spec/adapter.js';
import type { HolderName } from '../../../src/spec/values.js';
import { answers, CARD, context, faultOf, fixture, hangs, leaveNothingBehind, member } from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const one = fixture('get-membership-transactions-summary-by-card-no.one');
const two = fixture('get-membership-transactions-summary-by-card-no.two');

async function verify(name: HolderName = member.name): Promise<Verified> {
  if (operaCloud.linking === undefined) throw new Error('no linking');
  return operaCloud.linking.verify(context(), { memberNumber: member.number, name, form: {} });
}

describe('verify', () => {
  it('sends', async () => {
    const received = answers(CARD, { body: one });
    await verify();
    expect(received.query).toEqual({});
    expect(received.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'x-app-key': '6f1d2c3b-4a59-4e68-8b7a-9c0d1e2f3a4b',
      'x-hotelid': 'HARB1',
    });
  });

  it('reads the receipt', async () => {
    answers(CARD, { body: one });
    expect(await verify()).toEqual({ handle: { membershipId: 'M-501', profileId: 'P-77' }, tier: 'GOLD' });
  });

  it('reads the receipt of a card number that two members have: the name tells', async () => {
    answers(CARD, { body: two });
    expect(await verify()).toEqual({ handle: { membershipId: 'M-501', profileId: 'P-77' }, tier: 'GOLD' });
  });

  it('reads a refusal', async () => {
    answers(CARD, { status: 204 });
    expect(await faultOf(verify())).toEqual({
      kind: 'rejected',
      reason: 'member-not-found',
      supplierCode: 'NO_SUCH_CARD',
    });
    answers(CARD, { body: one });
    expect(await faultOf(verify({ script: 'Latn', family: 'LI', given: 'XIAOMING' }))).toEqual({
      kind: 'rejected',
      reason: 'name-mismatch',
      supplierCode: 'NAME',
    });
  });

  it('survives a lost answer', async () => {
    hangs(CARD);
    expect((await faultOf(verify())).kind).toBe('unknown-outcome');
    answers(CARD, { body: one });
    expect(await verify()).toMatchObject({ tier: 'GOLD' });
  });

  it('leaves two members of one name and card to a person', async () => {
    answers(CARD, { body: two.replace('Chan, Tai Man', 'Wang, Xiaoming') });
    expect(await faultOf(verify())).toEqual({ kind: 'unmapped', supplierCode: 'CARD_NOT_UNIQUE' });
  });

  it.each([
    ['an answer about another card', one.replaceAll('HH123456789', 'HH999999999')],
    ['a member without a name', one.replace('"name"', '"nickname"')],
    ['a member without an id', one.replace('"id": "M-501"', '"id": ""')],
    ['half a document', one.slice(0, 200)],
    ['a page', '<html>Please log in</html>'],
  ])('does not believe %s', async (_what, body) => {
    answers(CARD, { body });
    expect((await faultOf(verify())).kind).toBe('unknown-outcome');
  });
});

describe('a name', () => {
  const wang: HolderName = { script: 'Latn', family: 'WANG', given: 'XIAOMING' };

  it.each<[HolderName, string]>([
    [wang, 'Wang, Xiaoming'],
    [wang, 'xiao ming wang'],
    [wang, '  WANG   XIAO-MING '],
    [{ script: 'Latn', family: "O'Brien", given: 'José' }, 'JOSE OBRIEN'],
    [{ script: 'Latn', family: 'van der Berg', given: 'Anna Maria' }, 'Anna Maria Van Der Berg'],
    [{ script: 'Hani', family: '王', given: '小明' }, '王小明'],
    [{ script: 'Hani', family: '王', given: '小明' }, '小明 王'],
    [{ script: 'Latn', family: 'Sukarno' }, 'SUKARNO'],
  ])('%j is that of %s', (holder, supplied) => {
    expect(sameName(holder, supplied)).toBe(true);
  });

  it.each<[HolderName, string]>([
    [wang, 'Wang, Xiaoli'],
    [wang, 'Wang'],
    [wang, 'Wang, Xiaoming Li'],
    [wang, ''],
    [{ script: 'Latn', family: 'WANG' }, 'Wang, Xiaoming'],
    [{ script: 'Latn', family: ' ' }, '...'],
    [{ script: 'Hani', family: '王', given: '小明' }, '王大明'],
  ])('%j is not that of %s', (holder, supplied) => {
    expect(sameName(holder, supplied)).toBe(false);
  });
});
