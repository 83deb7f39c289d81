import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cnClient } from './cn-client.js';
import { lcpClient } from './lcp-client.js';
import { newReference, NOON, type Running, run, type TestMember } from './running.js';

let sandbox: Running;
beforeAll(async () => {
  sandbox = await run({ clock: () => NOON });
});
afterAll(() => sandbox.stop());

describe('schemes', () => {
  it('names the schemes it plays with their open business date', async () => {
    const { json } = await sandbox.control('GET', '/schemes');
    expect(json).toContainEqual({
      id: 'test-rail',
      name: 'Test Rail',
      kind: 'rail',
      adapter: 'cn-partner',
      businessDate: '2026-03-10',
    });
    expect(json).toHaveLength(4);
  });
});

describe('members', () => {
  it('creates as many as asked for, each with a number of the scheme', async () => {
    const { status, json } = await sandbox.control('POST', '/test-rail/members', { count: 300 });
    const members = json as unknown as TestMember[];
    expect(status).toBe(201);
    expect(new Set(members.map((member) => member.memberNumber)).size).toBe(300);
    for (const member of members) {
      expect(member.memberNumber).toMatch(/^TR[0-9]{10}$/);
      expect(member.familyName + member.givenName).toMatch(/^\p{Script=Han}+$/u);
      expect(member.form['idLast4']).toMatch(/^[0-9]{4}$/);
      expect(Number.isSafeInteger(member.balance)).toBe(true);
    }
  });

  it('gives the same members for the same seed, and others for another', async () => {
    const create = (seed: number) => sandbox.control('POST', '/test-airline/members', { count: 5, seed });
    const [first, again, other] = [await create(7), await create(7), await create(8)];
    expect(again.text).toBe(first.text);
    const numbers = (answer: typeof first) => (answer.json as unknown as TestMember[]).map((m) => m.memberNumber);
    expect(numbers(other).filter((number) => numbers(first).includes(number))).toEqual([]);
  });

  it('asks for nothing in the form where the scheme asks for nothing', async () => {
    expect((await sandbox.member('test-hotels')).form).toEqual({});
  });

  it.each([[{}], [{ count: 0 }], [{ count: 1.5 }], [{ count: '3' }], [{ count: 1, sead: 3 }], [[]], ['three']])(
    'refuses %j with 422',
    async (body) => {
      const { status, headers, json } = await sandbox.control('POST', '/test-rail/members', body);
      expect(status).toBe(422);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(json).toMatchObject({ code: 'INVALID_BODY', status: 422 });
    },
  );
});

describe('what is not there', () => {
  it('answers 404 for a scheme that is not played and for a call that does not exist', async () => {
    const calls = [
      ['POST', '/no-sandbox/members'],
      ['GET', '/nowhere/books'],
      ['GET', '/test-rail/nothing'],
    ] as const;
    for (const [method, path] of calls) expect((await sandbox.control(method, path)).status).toBe(404);
  });

  it('answers 400 for what is no JSON', async () => {
    const response = await fetch(`${sandbox.url}/_control/test-rail/members`, { method: 'POST', body: '{"count":' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'NOT_JSON' });
  });
});

describe('faults', () => {
  const put = (body: unknown) => sandbox.control('PUT', '/test-hotels/faults', body);

  it('takes rates that add up to 1 and gives back what is in force', async () => {
    const body = { seed: 3, rates: { hang: 0.5, refuse: 0.5 }, latencyMs: { p50: 5, p99: 50 } };
    expect(await put(body)).toMatchObject({ status: 200, json: body });
    expect((await sandbox.control('DELETE', '/test-hotels/faults')).status).toBe(204);
  });

  it.each([
    [{ rates: { hang: 0.6, refuse: 0.5 } }, '/rates'],
    [{ rates: { hang: -0.1 } }, '/rates/hang'],
    [{ rates: { hang: 1.1 } }, '/rates/hang'],
    [{ rates: { sulk: 0.1 } }, '/rates/sulk'],
    [{ rates: [0.1] }, '/rates'],
    [{ latencyMs: { p50: 10, p99: 5 } }, '/latencyMs/p99'],
    [{ latencyMs: { p50: 10 } }, '/latencyMs/p99'],
    [{ seed: 'x' }, '/seed'],
    [{ rate: {} }, '/rate'],
  ])('refuses %j', async (body, pointer) => {
    expect(await put(body)).toMatchObject({ status: 422, json: { errors: [{ pointer }] } });
  });
});

describe('books', () => {
  it('has one row per effect, totals over all, and goes on after a cursor', async () => {
    const own = await run();
    const member = await own.member('test-airline');
    const lcp = lcpClient(own);
    await lcp.post(member, 100, '1');
    await lcp.post(member, 250, '2');
    const books = await own.books('test-airline');
    expect(books.postings).toMatchObject([
      { reference: '1', memberNumber: member.memberNumber, points: 100, kind: 'accrual' },
      { reference: '2', memberNumber: member.memberNumber, points: 250, kind: 'accrual' },
    ]);
    expect(Object.keys(books.postings[0] ?? {}).toSorted()).toEqual(
      ['kind', 'memberNumber', 'points', 'postedAt', 'reference', 'supplierReference'].toSorted(),
    );
    expect(books.totals).toEqual({ count: 2, points: 350 });
    const after = await own.control('GET', `/test-airline/books?after=${books.postings[0]?.supplierReference ?? ''}`);
    expect(after.json).toEqual({ postings: books.postings.slice(1), totals: books.totals });
    expect((await own.control('GET', '/test-airline/books?after=unheard-of')).status).toBe(422);
    await own.stop();
  });
});

describe('activity', () => {
  it("posts the supplier's own, without a reference of ours, and moves the balance", async () => {
    const member = await sandbox.member('test-rail');
    const body = { memberNumber: member.memberNumber, points: 500, activity: { train: 'G7' } };
    const { status, json } = await sandbox.control('POST', '/test-rail/activity', body);
    expect(status).toBe(201);
    expect(json).toMatchObject({ reference: null, memberNumber: member.memberNumber, points: 500, kind: 'accrual' });
    const account = await cnClient(sandbox, 'test-rail', () => NOON).send('GET', `/members/${member.memberNumber}`);
    expect(account.json['points']).toBe(member.balance + 500);
  });

  it('refuses a member the scheme does not have', async () => {
    const body = { memberNumber: 'TR0', points: 500, activity: {} };
    expect((await sandbox.control('POST', '/test-rail/activity', body)).status).toBe(422);
  });
});

describe('reset', () => {
  it('forgets members, books, faults and closed days', async () => {
    const own = await run({ clock: () => NOON });
    const member = await own.member('test-airline');
    await lcpClient(own).post(member, 100);
    await own.control('POST', '/test-airline/close-day');
    await own.faults('test-airline', { rates: { refuse: 1 } });
    expect((await own.control('POST', '/reset')).status).toBe(204);

    expect(await own.books('test-airline')).toEqual({ postings: [], totals: { count: 0, points: 0 } });
    const answer = await lcpClient(own).post(member, 100);
    expect(answer.json).toMatchObject({ status: 'failure', statusMessage: 'UNKNOWN_MEMBER' });
    const { json } = await own.control('POST', '/test-airline/close-day');
    expect(json['businessDate']).toBe('2026-03-10');
    await own.stop();
  });

  it('gives no supplier reference again that it gave before', async () => {
    let now = NOON;
    const own = await run({ clock: () => now });
    const reference = async (): Promise<unknown> =>
      (await lcpClient(own).post(await own.member('test-airline'), 100)).json['transactionId'];
    const before = await reference();
    await own.control('POST', '/reset');
    now += 1;
    expect(await reference()).not.toBe(before);
    await own.stop();
  });
});

describe('close-day', () => {
  it('sums up the open day, opens the next, and tells a closed day again', async () => {
    const own = await run({ clock: () => NOON });
    const lcp = lcpClient(own);
    const member = await own.member('test-airline');
    await lcp.post(member, 100);
    const closed = await own.control('POST', '/test-airline/close-day');
    expect(closed.json).toMatchObject({ businessDate: '2026-03-10', lines: 1, points: 100 });
    expect(closed.json['sha256']).toMatch(/^[0-9a-f]{64}$/);

    await lcp.post(member, 7);
    const again = await own.control('POST', '/test-airline/close-day', { businessDate: '2026-03-10' });
    expect(again.json).toEqual(closed.json);
    const early = await own.control('POST', '/test-airline/close-day', { businessDate: '2026-03-12' });
    expect(early).toMatchObject({ status: 422, json: { errors: [{ pointer: '/businessDate' }] } });
    const next = await own.control('POST', '/test-airline/close-day');
    expect(next.json).toMatchObject({ businessDate: '2026-03-11', lines: 1, points: 7 });
    await own.stop();
  });

  it('leaves out what the supplier posted by itself', async () => {
    const own = await run({ clock: () => NOON });
    const member = await own.member('test-rail');
    await cnClient(own, 'test-rail', () => NOON).accrue(member, 30, newReference());
    const body = { memberNumber: member.memberNumber, points: 500, activity: {} };
    await own.control('POST', '/test-rail/activity', body);
    expect((await own.control('POST', '/test-rail/close-day')).json).toMatchObject({ lines: 1, points: 30 });
    await own.stop();
  });
});
