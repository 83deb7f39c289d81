import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accrual, type CnClient, cnClient } from './cn-client.js';
import { newReference, NOON, type Running, run, type TestAnswer, type TestMember } from './running.js';

let now: number;
let sandbox: Running;
let rail: CnClient;
let member: TestMember;
beforeEach(async () => {
  now = NOON;
  sandbox = await run({ clock: () => now });
  rail = cnClient(sandbox, 'test-rail', () => now);
  member = await sandbox.member('test-rail');
});
afterEach(() => sandbox.stop());

const account = async () => (await rail.send('GET', `/members/${member.memberNumber}`)).json;
const effects = async () => (await sandbox.books('test-rail')).postings;

describe('the signature', () => {
  const path = (): string => `/members/${member.memberNumber}`;

  it('lets a signed request in, up to five minutes off', async () => {
    for (const timestamp of [now - 300_000, now, now + 300_000]) {
      expect((await rail.send('GET', path(), undefined, { timestamp })).status).toBe(200);
    }
  });

  it.each([
    ['too old', { timestamp: NOON - 300_001 }],
    ['too new', { timestamp: NOON + 300_001 }],
    ['in seconds', { timestamp: Math.floor(NOON / 1_000) }],
    ['of another partner', { partnerId: 'others' }],
    ['made up', { signature: Buffer.alloc(32).toString('base64') }],
    ['empty', { signature: '' }],
    ['without a nonce', { nonce: '' }],
  ])('refuses one that is %s', async (_what, other) => {
    const answer = await rail.send('GET', path(), undefined, other);
    expect([answer.status, answer.json['code']]).toEqual([401, 'SIGNATURE']);
  });

  it.each([
    ['body', { body: '{"points":1}' }],
    ['method', { method: 'PUT' }],
    ['path', { target: '/test-rail/partner/v1/accruals/1' }],
    ['query', { target: '/test-rail/partner/v1/accruals?x=1' }],
  ])('covers the %s', async (_what, signed) => {
    const key = newReference();
    const answer = await rail.send('POST', '/accruals', accrual(member, 1, key), { key, signed });
    expect([answer.status, answer.json['code']]).toEqual([401, 'SIGNATURE']);
    expect(await effects()).toEqual([]);
  });

  it('of one brand is none of another', async () => {
    const miles = cnClient(sandbox, 'test-miles', () => now);
    const target = `/test-rail/partner/v1${path()}`;
    const stolen = await miles.send('GET', path(), undefined, { signed: { target } });
    expect(stolen.status).toBe(401);
  });

  it('takes a nonce once, and again when its window is long over', async () => {
    expect((await rail.send('GET', path(), undefined, { nonce: 'n' })).status).toBe(200);
    const replayed = await rail.send('GET', path(), undefined, { nonce: 'n' });
    expect([replayed.status, replayed.json['code']]).toEqual([401, 'SIGNATURE']);
    now += 600_001;
    expect((await rail.send('GET', path(), undefined, { nonce: 'n' })).status).toBe(200);
  });

  it('leaves the nonce of a wrong signature free', async () => {
    await rail.send('GET', path(), undefined, { nonce: 'n', signature: 'wrong' });
    expect((await rail.send('GET', path(), undefined, { nonce: 'n' })).status).toBe(200);
  });
});

describe('members', () => {
  const verify = (other: Record<string, unknown> = {}) =>
    rail.send('POST', '/members/verify', {
      memberNo: member.memberNumber,
      name: member.familyName + member.givenName,
      idLast4: member.form['idLast4'],
      ...other,
    });

  it('are verified by number, name and document together', async () => {
    expect(await verify()).toMatchObject({ status: 200, json: { memberNo: member.memberNumber } });
    expect((await verify({ name: `${member.familyName} ${member.givenName}` })).status).toBe(200);
    const otherId = member.form['idLast4'] === '1234' ? '4321' : '1234';
    for (const wrong of [{ name: '无名氏' }, { idLast4: otherId }]) {
      expect(await verify(wrong)).toMatchObject({ status: 422, json: { code: 'NAME_MISMATCH' } });
    }
    expect(await verify({ memberNo: 'TR0' })).toMatchObject({ status: 404, json: { code: 'MEMBER_NOT_FOUND' } });
    expect(await verify({ idLast4: '12' })).toMatchObject({ status: 422, json: { code: 'INVALID' } });
  });

  it('have Latin names with a slash where the scheme keeps them so', async () => {
    const miles = cnClient(sandbox, 'test-miles', () => now);
    const latin = await sandbox.member('test-miles');
    const name = `${latin.familyName}/${latin.givenName}`.toUpperCase();
    const body = { memberNo: latin.memberNumber, name, idLast4: latin.form['idLast4'] };
    expect((await miles.send('POST', '/members/verify', body)).status).toBe(200);
  });

  it('answer points, pending, star, qualifying points and expiring lots', async () => {
    const answer = await account();
    expect(answer).toMatchObject({ memberNo: member.memberNumber, points: member.balance, pending: 0 });
    expect(['2', '3']).toContain(answer['star']);
    const lots = answer['expiring'] as { points: number }[];
    expect(lots.reduce((sum, lot) => sum + lot.points, 0)).toBe(member.balance);
  });

  it('keep up to eight beneficiaries, each effective 60 days after it was first named', async () => {
    const path = `/members/${member.memberNumber}/beneficiaries`;
    const person = (n: number) => ({ beneficiaryNo: String(n), name: '李四', idLast4: '123X' });
    const put = (count: number) => {
      const beneficiaries = Array.from({ length: count }, (_, n) => person(n));
      return rail.send('PUT', path, { beneficiaries }, { key: newReference() });
    };
    expect((await rail.send('GET', path)).json).toEqual({ beneficiaries: [] });
    await put(1);
    now += 86_400_000;
    await put(2);
    expect((await rail.send('GET', path)).json).toEqual({
      beneficiaries: [
        { ...person(0), effectiveFrom: '2026-05-09' },
        { ...person(1), effectiveFrom: '2026-05-10' },
      ],
    });
    expect((await put(9)).status).toBe(422);
  });
});

describe('accruals posted at once', () => {
  it('answer 201 with what was posted, and can be read back', async () => {
    const reference = newReference();
    const answer = await rail.accrue(member, 90, reference);
    const [row] = await effects();
    const record = {
      reference,
      supplierReference: row?.supplierReference,
      memberNo: member.memberNumber,
      points: 90,
      status: 'posted',
      businessDate: '2026-03-10',
      reversals: [],
    };
    expect(answer).toMatchObject({ status: 201, json: record });
    expect((await rail.send('GET', `/accruals/${reference}`)).json).toEqual(record);
    expect(row).toMatchObject({ reference, points: 90, kind: 'accrual', postedAt: '2026-03-10T04:00:00.000Z' });
    expect((await account())['points']).toBe(member.balance + 90);
  });

  it('are not found under a reference that was never used', async () => {
    const answer = await rail.send('GET', `/accruals/${newReference()}`);
    expect([answer.status, answer.json['code']]).toEqual([404, 'NOT_FOUND']);
  });

  it('refuse an unknown member and an order that was given back', async () => {
    const unknown = await rail.accrue({ ...member, memberNumber: 'TR0' }, 90);
    const refunded = await rail.accrue(member, 90, newReference(), { orderNo: 'REFUND1' });
    expect([unknown.json['code'], refunded.json['code']]).toEqual(['MEMBER_NOT_FOUND', 'NOT_ELIGIBLE']);
    expect(await effects()).toEqual([]);
  });

  it.each([
    [{ points: 0 }],
    [{ points: '90' }],
    [{ memberNo: undefined }],
    [{ activity: { type: 'cruise' } }],
    [{ reference: '00000000009999999999' }],
  ])('refuse %j with 422 INVALID', async (other) => {
    const reference = newReference();
    const body = { ...accrual(member, 90, reference), ...other };
    expect(await rail.send('POST', '/accruals', body, { key: reference })).toMatchObject({
      status: 422,
      json: { code: 'INVALID' },
    });
    expect(await effects()).toEqual([]);
  });
});

describe('the idempotency key', () => {
  it('is required on a write', async () => {
    const answer = await rail.send('POST', '/accruals', accrual(member, 90, newReference()), { key: null });
    expect([answer.status, answer.json['code']]).toEqual([422, 'INVALID']);
  });

  it('gives the same answer to the same body, also when the first was lost', async () => {
    const reference = newReference();
    await sandbox.faults('test-rail', { rates: { commitThenDrop: 1 } });
    await expect(rail.accrue(member, 90, reference)).rejects.toThrow();
    await sandbox.control('DELETE', '/test-rail/faults');
    const again = await rail.accrue(member, 90, reference);
    const third = await rail.accrue(member, 90, reference);
    expect(again.status).toBe(201);
    expect(third.text).toBe(again.text);
    expect(await effects()).toHaveLength(1);
  });

  it('gives the same refusal, too', async () => {
    const reference = newReference();
    const first = await rail.accrue({ ...member, memberNumber: 'TR0' }, 90, reference);
    const again = await rail.accrue({ ...member, memberNumber: 'TR0' }, 90, reference);
    expect([again.status, again.text]).toEqual([404, first.text]);
  });

  it('refuses another body with 409, and the first stands', async () => {
    const reference = newReference();
    await rail.accrue(member, 90, reference);
    const other = await rail.accrue(member, 91, reference);
    expect([other.status, other.json['code']]).toEqual([409, 'KEY_REUSED']);
    expect((await effects()).map((row) => row.points)).toEqual([90]);
  });

  it('ends after seven days, but the reference is never used twice', async () => {
    const reference = newReference();
    await rail.accrue(member, 90, reference);
    now += 7 * 86_400_000;
    const late = await rail.accrue(member, 90, reference);
    expect([late.status, late.json['code']]).toEqual([409, 'KEY_REUSED']);
    expect(await effects()).toHaveLength(1);
  });

  it('is not used up by a request that was not processed', async () => {
    const reference = newReference();
    const body = accrual(member, 90, reference);
    await rail.send('POST', '/accruals', body, { key: reference, signature: 'wrong' });
    await sandbox.faults('test-rail', { rates: { throttle: 1 } });
    const throttled = await rail.accrue(member, 90, reference);
    expect([throttled.status, throttled.json['code']]).toEqual([429, 'THROTTLED']);
    await sandbox.control('DELETE', '/test-rail/faults');
    expect((await rail.accrue(member, 90, reference)).status).toBe(201);
  });
});

describe('a 503', () => {
  it('says BUSY only when nothing was processed', async () => {
    await sandbox.faults('test-rail', { seed: 2, rates: { errorBeforeCommit: 1 } });
    const twenty = async () => {
      const answers: TestAnswer[] = [];
      for (let i = 0; i < 20; i += 1) answers.push(await rail.accrue(member, 90));
      return answers;
    };
    const before = await twenty();
    await sandbox.faults('test-rail', { seed: 2, rates: { errorAfterCommit: 1 } });
    const after = await twenty();
    const codes = (answers: readonly TestAnswer[]) =>
      answers.filter(({ status }) => status === 503).map(({ json }) => json['code']);
    expect(new Set(codes(before))).toEqual(new Set(['BUSY']));
    expect(new Set(codes(after))).toEqual(new Set([undefined]));
    expect(await effects()).toHaveLength(20);
  });
});

describe('reversals', () => {
  const reverse = (accrued: string, points: number, key = newReference()) =>
    rail.send('POST', `/accruals/${accrued}/reversals`, { points, reason: 'refunded' }, { key });

  it('take back in parts, under the reference of their own, no more than the accrual', async () => {
    const [accrued, first] = [newReference(), newReference()];
    await rail.accrue(member, 90, accrued);
    const answer = await reverse(accrued, 60, first);
    expect(answer).toMatchObject({
      status: 201,
      json: { reference: first, memberNo: member.memberNumber, points: 60, businessDate: '2026-03-10' },
    });
    expect(await reverse(accrued, 31)).toMatchObject({ status: 422, json: { code: 'INVALID' } });
    expect((await reverse(accrued, 30)).status).toBe(201);
    expect((await effects()).map((row) => [row.kind, row.points])).toEqual([
      ['accrual', 90],
      ['reversal', -60],
      ['reversal', -30],
    ]);
    const { json } = await rail.send('GET', `/accruals/${accrued}`);
    expect(json['reversals']).toMatchObject([answer.json, { points: 30 }]);
  });

  it('happen once per key', async () => {
    const [accrued, key] = [newReference(), newReference()];
    await rail.accrue(member, 90, accrued);
    const first = await reverse(accrued, 60, key);
    expect((await reverse(accrued, 60, key)).text).toBe(first.text);
    expect((await reverse(accrued, 10, key)).json['code']).toBe('KEY_REUSED');
    expect(await effects()).toHaveLength(2);
  });

  it('need a posted accrual and enough points', async () => {
    expect(await reverse(newReference(), 1)).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
    const accrued = newReference();
    await rail.accrue(member, 90, accrued);
    const spent = { memberNumber: member.memberNumber, points: -(member.balance + 50), activity: {} };
    await sandbox.control('POST', '/test-rail/activity', spent);
    expect(await reverse(accrued, 90)).toMatchObject({ status: 422, json: { code: 'INSUFFICIENT_POINTS' } });
    expect((await reverse(accrued, 40)).status).toBe(201);
  });
});

describe('wrongEcho', () => {
  it('posts right and says otherwise; the stored answer stays right', async () => {
    const reference = newReference();
    await sandbox.faults('test-rail', { rates: { wrongEcho: 1 } });
    const wrong = await rail.accrue(member, 90, reference);
    expect([wrong.json['points'], wrong.json['reference']]).not.toEqual([90, reference]);
    await sandbox.control('DELETE', '/test-rail/faults');
    expect((await rail.accrue(member, 90, reference)).json).toMatchObject({ points: 90, reference });
    expect(await effects()).toMatchObject([{ reference, points: 90 }]);
  });
});
