import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CnClient, cnClient } from './cn-client.js';
import { type LcpClient, lcpClient } from './lcp-client.js';
import { newReference, NOON, type Running, run, type TestAnswer, type TestMember } from './running.js';

const DAY = '20260310';
const POSTED_AT = '2026-03-10T04:00:00.000Z';

let now: number;
let sandbox: Running;
let rail: CnClient;
let lcp: LcpClient;
beforeEach(async () => {
  now = NOON;
  sandbox = await run({ clock: () => now });
  rail = cnClient(sandbox, 'test-rail', () => now);
  lcp = lcpClient(sandbox);
});
afterEach(() => sandbox.stop());

const settlement = (day = DAY, other = {}) => rail.send('GET', `/settlements/${day}.csv.gz`, undefined, other);
const unpacked = (answer: TestAnswer): string => gunzipSync(answer.bytes).toString('utf8');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const closeDay = async (scheme: string, businessDate?: string) =>
  (await sandbox.control('POST', `/${scheme}/close-day`, businessDate === undefined ? {} : { businessDate })).json;
const plant = async (scheme: string, kind: string) => {
  const body = { kind, count: 1, businessDate: '2026-03-10' };
  const { json } = await sandbox.control('POST', `/${scheme}/mischief`, body);
  return (json['references'] as string[])[0] ?? '';
};

describe('the settlement of cn-partner', () => {
  let member: TestMember;
  beforeEach(async () => {
    member = await sandbox.member('test-rail');
  });

  it('is this file, to the byte, packed the same way every time', async () => {
    const [first, second, back] = [newReference(), newReference(), newReference()];
    await rail.accrue(member, 90, first);
    now += 1_500;
    await rail.accrue(member, 1_200, second);
    await rail.send('POST', `/accruals/${first}/reversals`, { points: 40, reason: 'x' }, { key: back });
    const summary = await closeDay('test-rail');

    const number = member.memberNumber;
    const lines =
      `1,${first},${number},accrual,90,${POSTED_AT},posted\n` +
      `2,${second},${number},accrual,1200,2026-03-10T04:00:01.500Z,posted\n` +
      `3,${back},${number},reversal,-40,2026-03-10T04:00:01.500Z,posted\n`;
    const file = `#CRS,1,tests,${DAY},3,1250\n${lines}#END,3,1250,${sha256(lines)}\n`;
    const answer = await settlement();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/gzip']);
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(unpacked(answer)).toBe(file);
    expect(summary).toEqual({ businessDate: '2026-03-10', lines: 3, points: 1_250, sha256: sha256(file) });
    // No name, no time and no operating system in the packing.
    expect([...answer.bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    now += 3_600_000;
    expect((await settlement()).bytes.equals(answer.bytes)).toBe(true);
  });

  it('is not there before its day is closed, nor for what is no day', async () => {
    await rail.accrue(member, 90);
    for (const day of [DAY, '20260311', '20260230', '2026031', 'today']) {
      const { status, json } = await settlement(day);
      expect([status, json['code']]).toEqual([404, 'NOT_FOUND']);
    }
    await closeDay('test-rail');
    expect((await settlement(DAY)).status).toBe(200);
    expect((await settlement('20260311')).status).toBe(404);
  });

  it('is published when midnight in the zone has closed the day', async () => {
    await rail.accrue(member, 90);
    now = Date.parse('2026-03-10T16:00:00Z');
    expect(unpacked(await settlement())).toContain(`#CRS,1,tests,${DAY},1,90\n`);
  });

  it('of a day without postings has a header, a trailer and nothing between them', async () => {
    await closeDay('test-rail');
    expect(unpacked(await settlement())).toBe(`#CRS,1,tests,${DAY},0,0\n#END,0,0,${sha256('')}\n`);
  });

  it('has only what the partner sent, and a night of the brand that posts then', async () => {
    const miles = cnClient(sandbox, 'test-miles', () => now);
    const flyer = await sandbox.member('test-miles');
    const reference = newReference();
    await miles.accrue(flyer, 700, reference);
    const own = { memberNumber: flyer.memberNumber, points: 500, activity: {} };
    await sandbox.control('POST', '/test-miles/activity', own);
    await closeDay('test-miles');
    const text = unpacked(await miles.send('GET', `/settlements/${DAY}.csv.gz`));
    expect(text.split('\n').slice(0, 2)).toEqual([
      `#CRS,1,tests,${DAY},1,700`,
      `1,${reference},${flyer.memberNumber},accrual,700,${POSTED_AT},posted`,
    ]);
  });

  it('never changes once its day is closed, whatever is posted later', async () => {
    await rail.accrue(member, 90);
    const { sha256: closedAs } = await closeDay('test-rail');
    const before = await settlement();
    await rail.accrue(member, 91);
    await closeDay('test-rail');
    expect((await settlement()).bytes.equals(before.bytes)).toBe(true);
    expect((await closeDay('test-rail', '2026-03-10'))['sha256']).toBe(closedAs);
  });

  it('is for signed requests only', async () => {
    await closeDay('test-rail');
    expect(await settlement(DAY, { signature: 'none' })).toMatchObject({ status: 401, json: { code: 'SIGNATURE' } });
  });
});

describe('the statement of points-lcp', () => {
  it('is this file, to the byte, with the callback of the original on a reversal', async () => {
    const member = await sandbox.member('test-airline');
    const [earned, spent] = [newReference(), newReference()];
    const credit = (await lcp.post(member, 150, earned)).json['transactionId'] as string;
    const debit = (await lcp.post(member, -100, spent)).json['transactionId'] as string;
    const undo = async (transactionId: string, amount: number) =>
      (await lcp.send('/Reversal', { transactionId, amount })).json['reversalTransactionId'] as string;
    const [back, refund] = [await undo(credit, -50), await undo(debit, 30)];
    const summary = await closeDay('test-airline');

    const line = (id: string, reference: string, kind: string, amount: number): string =>
      `${id},urn:interline:tests:${reference},${member.memberNumber},${kind},${amount},${POSTED_AT}\n`;
    const lines =
      line(credit, earned, 'accrual', 150) +
      line(debit, spent, 'redemption', -100) +
      line(back, earned, 'reversal', -50) +
      line(refund, spent, 'refund', 30);
    const file = `#LPS,1,tests,${DAY},4,30\n${lines}#END,4,30,${sha256(lines)}\n`;
    const answer = await lcp.statement(DAY);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.text).toBe(file);
    expect(summary).toEqual({ businessDate: '2026-03-10', lines: 4, points: 30, sha256: sha256(file) });
  });

  it('quotes a callback that would break a line', async () => {
    const member = await sandbox.member('test-airline');
    const body = { callback: 'a,"b"\n:7', amount: 10, memberId: member.memberNumber };
    await lcp.send('/Posting', body);
    await closeDay('test-airline');
    expect((await lcp.statement(DAY)).text).toContain(',"a,""b""\n:7",');
  });

  it('is not there before its day is closed, and for nobody without the password', async () => {
    expect((await lcp.statement(DAY)).status).toBe(404);
    await closeDay('test-airline');
    expect((await lcp.statement(DAY)).status).toBe(200);
    expect((await lcp.statement(DAY, { headers: {} })).status).toBe(401);
  });
});

describe.each(['test-rail', 'test-airline'] as const)('the date of the file of %s', (scheme) => {
  const modified = async (day: string): Promise<string | null> => {
    const answer = await (scheme === 'test-rail' ? settlement(day) : lcp.statement(day));
    expect(answer.status).toBe(200);
    return answer.headers.get('last-modified');
  };

  it('is when its day was closed by hand, whatever happens later', async () => {
    now += 60_000;
    await closeDay(scheme);
    const closed = await modified(DAY);
    expect(closed).toBe('Tue, 10 Mar 2026 04:01:00 GMT');
    now += 3_600_000;
    await closeDay(scheme);
    await closeDay(scheme, '2026-03-10');
    expect(await modified(DAY)).toBe(closed);
    expect(await modified('20260311')).toBe('Tue, 10 Mar 2026 05:01:00 GMT');
  });

  it('is when midnight in the zone closed it', async () => {
    now = Date.parse('2026-03-10T16:00:00Z');
    expect(await modified(DAY)).toBe('Tue, 10 Mar 2026 16:00:00 GMT');
  });

  it('is told to the millisecond beside it', async () => {
    now += 1;
    await closeDay(scheme);
    const answer = await (scheme === 'test-rail' ? settlement(DAY) : lcp.statement(DAY));
    expect(answer.headers.get('x-closed-at')).toBe('2026-03-10T04:00:00.001Z');
    expect(answer.headers.get('last-modified')).toBe('Tue, 10 Mar 2026 04:00:00 GMT');
  });

  it('is not known of a day before the books began', async () => {
    expect(await modified('20260309')).toBeNull();
  });
});

describe.each(['test-rail', 'test-airline'] as const)('mischief in the file of %s', (scheme) => {
  const lineOf = (reference: string): RegExp => new RegExp(`^.*${reference},.*$`, 'gm');
  const fileOf = async (day = DAY): Promise<string> =>
    scheme === 'test-rail' ? unpacked(await settlement(day)) : (await lcp.statement(day)).text;
  const body = (text: string): string => text.slice(text.indexOf('\n') + 1, text.indexOf('#END'));
  let references: readonly string[];
  let clean: string;
  beforeEach(async () => {
    const member = await sandbox.member(scheme);
    references = Array.from({ length: 5 }, newReference);
    for (const reference of references) {
      await (scheme === 'test-rail' ? rail.accrue(member, 100, reference) : lcp.post(member, 100, reference));
    }
    await closeDay(scheme);
    clean = await fileOf();
  });

  it.each([
    ['drop-line', 0, 4, 400],
    ['duplicate-line', 2, 6, 600],
    ['change-points', 1, 5, 510],
    ['delay-line', 0, 4, 400],
    ['extra-line', 1, 6, 600],
  ] as const)(
    '%s shows on its own line only, and the totals are of what is told',
    async (kind, times, count, points) => {
      const reference = await plant(scheme, kind);
      const told = await fileOf();
      expect(told.match(lineOf(reference)) ?? []).toHaveLength(times);
      expect(told.split('\n')[0]).toMatch(new RegExp(`,${count},${points}$`));
      expect(told).toContain(`#END,${count},${points},${sha256(body(told))}\n`);
      expect(await closeDay(scheme, '2026-03-10')).toMatchObject({ lines: count, points, sha256: sha256(told) });
      for (const other of references.filter((each) => each !== reference)) {
        expect((told.match(lineOf(other)) ?? []).map(facts)).toEqual((clean.match(lineOf(other)) ?? []).map(facts));
      }
      expect(await fileOf()).toBe(told);
    },
  );

  it('a delayed line stands in the next file, once', async () => {
    const reference = await plant(scheme, 'delay-line');
    await closeDay(scheme);
    expect((await fileOf('20260311')).match(lineOf(reference))).toHaveLength(1);
  });

  /** A line but for its number, which moves with the lines before it. */
  const facts = (line: string): string => (scheme === 'test-rail' ? line.slice(line.indexOf(',')) : line);
});

describe('wrongEcho', () => {
  it('tells totals that the lines do not come to, or another day', async () => {
    await lcp.post(await sandbox.member('test-airline'), 100);
    await closeDay('test-airline');
    const right = await lcp.statement(DAY);
    await sandbox.faults('test-airline', { rates: { wrongEcho: 1 } });
    const headers = new Set<string | undefined>();
    for (let i = 0; i < 20; i += 1) headers.add((await lcp.statement(DAY)).text.split('\n')[0]);
    expect([...headers].toSorted()).toEqual([`#LPS,1,tests,${DAY},1,101`, '#LPS,1,tests,20260311,1,100']);
    await sandbox.control('DELETE', '/test-airline/faults');
    expect((await lcp.statement(DAY)).text).toBe(right.text);
  });
});

describe('garbage', () => {
  it('is a login page or the packed file cut in the middle', async () => {
    await rail.accrue(await sandbox.member('test-rail'), 90);
    await closeDay('test-rail');
    const whole = (await settlement()).bytes;
    await sandbox.faults('test-rail', { rates: { garbage: 1 } });
    const halves: Buffer[] = [];
    for (let i = 0; i < 40; i += 1) {
      const answer = await settlement().catch(() => null);
      if (answer && !answer.text.startsWith('<html>')) halves.push(answer.bytes);
    }
    expect(halves.length).toBeGreaterThan(0);
    for (const half of halves) {
      expect(half.equals(whole.subarray(0, Math.ceil(whole.length / 2)))).toBe(true);
      expect(() => gunzipSync(half)).toThrow();
    }
  });
});
