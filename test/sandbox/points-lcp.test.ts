import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LcpClient, lcpClient, posting } from './lcp-client.js';
import { newReference, type Running, run, type TestMember, type TestPosting } from './running.js';

let sandbox: Running;
let lcp: LcpClient;
let member: TestMember;
beforeAll(async () => {
  sandbox = await run();
  lcp = lcpClient(sandbox);
});
beforeEach(async () => {
  member = await sandbox.member('test-airline');
});
afterAll(() => sandbox.stop());

const effects = async (): Promise<readonly TestPosting[]> =>
  (await sandbox.books('test-airline')).postings.filter((row) => row.memberNumber === member.memberNumber);
const validate = (body: Record<string, unknown>) =>
  lcp.send('/MemberValidation', {
    memberId: member.memberNumber,
    firstName: member.givenName,
    lastName: member.familyName,
    ...body,
  });

describe('authentication', () => {
  it.each([[undefined], ['Basic bm9ib2R5Om5vdGhpbmc='], ['Bearer x']])('refuses %s with 401', async (authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await lcp.send('/Posting', posting(member, 100), { headers });
    expect(answer.status).toBe(401);
    expect(await effects()).toEqual([]);
  });
});

describe('MemberValidation', () => {
  it('answers the account of the member whose name it is, however it is written', async () => {
    const { status, json } = await validate({ lastName: ` ${member.familyName.toUpperCase()} ` });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status: 'success',
      memberId: member.memberNumber,
      balance: member.balance,
      accountStatus: 'Active',
    });
    expect(['Blue', 'Silver']).toContain(json['membershipLevel']);
  });

  it.each([[{ lastName: 'Nobody' }], [{ firstName: 'Nobody' }], [{ memberId: '7000000000' }]])(
    'answers 200 with a failure for %j',
    async (body) => {
      const { status, json } = await validate(body);
      expect([status, json['status'], json['statusMessage']]).toEqual([200, 'failure', 'UNKNOWN_MEMBER']);
      expect(json['balance']).toBeUndefined();
    },
  );
});

describe('Posting', () => {
  it('moves the points once and the balance with them', async () => {
    const { status, json } = await lcp.post(member, 150, '77');
    expect([status, json['status']]).toEqual([200, 'success']);
    expect(await effects()).toMatchObject([
      { reference: '77', supplierReference: json['transactionId'], points: 150, kind: 'accrual' },
    ]);
    expect((await validate({})).json['balance']).toBe(member.balance + 150);
  });

  it('gives the first answer to a repeated callback and does nothing again', async () => {
    const reference = newReference();
    const first = await lcp.post(member, 150, reference);
    const again = await lcp.post(member, 150, reference);
    const otherwise = await lcp.post(member, 9_999, reference);
    expect([again.text, otherwise.text]).toEqual([first.text, first.text]);
    expect(await effects()).toHaveLength(1);
  });

  it('gives the first answer also when that one was lost', async () => {
    const reference = newReference();
    await sandbox.faults('test-airline', { rates: { commitThenDrop: 1 } });
    await expect(lcp.post(member, 150, reference)).rejects.toThrow();
    await sandbox.control('DELETE', '/test-airline/faults');
    const again = await lcp.post(member, 150, reference);
    const [row] = await effects();
    expect(again.json).toMatchObject({ status: 'success', transactionId: row?.supplierReference });
    expect(await effects()).toHaveLength(1);
  });

  it('fails for a member it does not have, with a transaction all the same', async () => {
    const { status, json } = await lcp.send('/Posting', { ...posting(member, 1), memberId: '7000000000' });
    expect([status, json['status'], json['statusMessage']]).toEqual([200, 'failure', 'UNKNOWN_MEMBER']);
    expect(json['transactionId']).toEqual(expect.any(String));
  });

  it('takes a debit down to nothing and no further', async () => {
    const most = await lcp.post(member, -member.balance);
    const more = await lcp.post(member, -1);
    expect(most.json['status']).toBe('success');
    expect(more.json).toMatchObject({ status: 'failure', statusMessage: 'Error: Insufficient balance' });
  });

  it.each([[{ callback: undefined }], [{ amount: '100' }], [{ amount: 1.5 }], [{ memberId: 7 }], [{ order: {} }]])(
    'refuses a body with %j and keeps nothing',
    async (other) => {
      const body = posting(member, 100);
      expect((await lcp.send('/Posting', { ...body, ...other })).status).toBe(400);
      expect((await lcp.send('/Posting', body)).json['status']).toBe('success');
      expect(await effects()).toHaveLength(1);
    },
  );
});

describe('a debit', () => {
  const balance = async () => (await validate({})).json['balance'];

  it('is a redemption in the books, once per callback', async () => {
    const reference = newReference();
    const first = await lcp.post(member, -400, reference);
    expect((await lcp.post(member, -400, reference)).text).toBe(first.text);
    expect((await lcp.post(member, -1, reference)).text).toBe(first.text);
    expect(await effects()).toMatchObject([
      { reference, supplierReference: first.json['transactionId'], points: -400, kind: 'redemption' },
    ]);
    expect(await balance()).toBe(member.balance - 400);
  });

  it('whose answer was lost is found by its callback and not made again', async () => {
    const reference = newReference();
    await sandbox.faults('test-airline', { rates: { commitThenDrop: 1 } });
    await expect(lcp.post(member, -400, reference)).rejects.toThrow();
    await sandbox.control('DELETE', '/test-airline/faults');
    expect((await lcp.post(member, -400, reference)).json['status']).toBe('success');
    expect((await effects()).map((row) => row.points)).toEqual([-400]);
  });

  it('that was refused stays refused under its callback, also when the points are there later', async () => {
    const [reference, more] = [newReference(), member.balance + 1];
    const refusal = { status: 'failure', statusMessage: 'Error: Insufficient balance' };
    expect((await lcp.post(member, -more, reference)).json).toMatchObject(refusal);
    await lcp.post(member, 1_000);
    expect((await lcp.post(member, -more, reference)).json).toMatchObject(refusal);
    expect((await lcp.post(member, -more)).json['status']).toBe('success');
  });

  it('never takes a balance below nothing, however many come at once', async () => {
    const part = Math.floor(member.balance / 4) + 1;
    const answers = await Promise.all(Array.from({ length: 8 }, () => lcp.post(member, -part)));
    expect(answers.map(({ json }) => json['status']).filter((status) => status === 'success')).toHaveLength(3);
    expect(await balance()).toBe(member.balance - 3 * part);
  });

  it.each([
    [-91, 0],
    [-97, 1],
    [-98, 0],
  ])('of %i is a system error that has moved the points in %i cases of one', async (amount, applied) => {
    const { json } = await lcp.post(member, amount);
    expect(json['status']).toBe('systemError');
    expect(await effects()).toHaveLength(applied);
    await lcp.send('/RetryTransaction', { transactionId: json['transactionId'] });
    expect(await effects()).toMatchObject([{ points: amount, kind: 'redemption' }]);
  });

  it('that is retried when the points are gone is refused', async () => {
    const { json } = await lcp.post(member, -91);
    await lcp.post(member, -member.balance);
    const retried = await lcp.send('/RetryTransaction', { transactionId: json['transactionId'] });
    expect(retried.json).toMatchObject({ status: 'failure', statusMessage: 'Error: Insufficient balance' });
    expect((await effects()).map((row) => row.points)).toEqual([-member.balance]);
  });
});

describe('a system error', () => {
  it('that moved nothing is performed by RetryTransaction', async () => {
    const reference = newReference();
    const { json } = await lcp.post(member, 92, reference);
    expect(json['status']).toBe('systemError');
    expect(await effects()).toEqual([]);
    expect((await lcp.post(member, 92, reference)).json).toEqual(json);

    const retried = await lcp.send('/RetryTransaction', { transactionId: json['transactionId'] });
    expect(retried.json).toMatchObject({ status: 'success', transactionId: json['transactionId'] });
    expect(await effects()).toHaveLength(1);
    expect((await lcp.post(member, 92, reference)).json).toMatchObject({ status: 'success' });
    expect(await effects()).toHaveLength(1);
  });

  it('that had moved the points is told apart by RetryTransaction', async () => {
    const { json } = await lcp.post(member, 97);
    expect(json['status']).toBe('systemError');
    expect(await effects()).toHaveLength(1);
    const retried = await lcp.send('/RetryTransaction', { transactionId: json['transactionId'] });
    expect(retried.json).toMatchObject({ status: 'failure', statusMessage: 'Error: Transaction already succeeded' });
    expect(await effects()).toHaveLength(1);
  });

  it('is not made of a transaction that does not exist', async () => {
    const { status, json } = await lcp.send('/RetryTransaction', { transactionId: 'unheard-of' });
    expect([status, json['status']]).toEqual([200, 'failure']);
  });

  it.each([93, 98, 99])('the amount %i is refused and stays refused', async (amount) => {
    const { json } = await lcp.post(member, amount);
    expect(json).toMatchObject({ status: 'failure', statusMessage: 'Error: Limit exceeded' });
    const retried = await lcp.send('/RetryTransaction', { transactionId: json['transactionId'] });
    expect(retried.json['status']).toBe('failure');
    expect(await effects()).toEqual([]);
  });
});

describe('Reversal', () => {
  const accrue = async (amount: number): Promise<unknown> => (await lcp.post(member, amount)).json['transactionId'];
  const reverse = (transactionId: unknown, amount: number) => lcp.send('/Reversal', { transactionId, amount });

  it('takes points back in parts, under an id of its own, up to the original and no further', async () => {
    const transactionId = await accrue(150);
    const first = await reverse(transactionId, -100);
    expect(first.json).toMatchObject({ status: 'success', transactionId });
    const second = await reverse(transactionId, -50);
    expect(second.json['reversalTransactionId']).not.toBe(first.json['reversalTransactionId']);
    expect(await reverse(transactionId, -1)).toMatchObject({ status: 200, json: { status: 'failure' } });
    const [posted, ...reversals] = await effects();
    expect(reversals).toMatchObject([
      { reference: posted?.reference, kind: 'reversal', points: -100 },
      { reference: posted?.reference, kind: 'reversal', points: -50 },
    ]);
  });

  it('does the same twice when asked twice', async () => {
    const transactionId = await accrue(150);
    await reverse(transactionId, -50);
    await reverse(transactionId, -50);
    expect((await effects()).map((row) => row.points)).toEqual([150, -50, -50]);
  });

  it('gives back points of a debit', async () => {
    const transactionId = await accrue(300).then(() => accrue(-200));
    expect((await reverse(transactionId, 200)).json['status']).toBe('success');
    expect((await effects()).at(-1)).toMatchObject({ kind: 'refund', points: 200 });
  });

  it('answers 400 for a transaction it does not know, 200 with a failure for the wrong sign', async () => {
    expect(await reverse('unheard-of', -10)).toMatchObject({ status: 400, json: { status: 'failure' } });
    expect(await reverse(await accrue(150), 10)).toMatchObject({ status: 200, json: { status: 'failure' } });
  });

  it('refuses what the member has spent meanwhile', async () => {
    const transactionId = await accrue(150);
    const spent = { memberNumber: member.memberNumber, points: -(member.balance + 100), activity: {} };
    await sandbox.control('POST', '/test-airline/activity', spent);
    const { json } = await reverse(transactionId, -100);
    expect(json).toMatchObject({ status: 'failure', statusMessage: 'Error: Insufficient balance' });
  });
});
