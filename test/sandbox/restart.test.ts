import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cnClient } from './cn-client.js';
import { lcpClient } from './lcp-client.js';
import { operaClient } from './opera-client.js';
import { listenAsPartner } from './partner.js';
import { newReference, NOON, type Running, run, type TestAnswer, type TestMember, until } from './running.js';

let dataDir: string;
let now: number;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-'));
  now = NOON;
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const start = (): Promise<Running> => run({ dataDir, clock: () => now });
const journal = (): string => join(dataDir, 'sandbox.ndjson');

/** Runs `first`, stops the sandbox, starts another one on the same folder and runs `second` with what `first` returned. */
async function acrossRestart<T>(
  first: (sandbox: Running) => Promise<T>,
  second: (sandbox: Running, before: T) => Promise<void>,
): Promise<void> {
  const one = await start();
  const before = await first(one).finally(() => one.stop());
  const two = await start();
  await second(two, before).finally(() => two.stop());
}

describe('a second start on the same folder', () => {
  it('finds members, books, balances and the open day', () =>
    acrossRestart(
      async (sandbox) => {
        const member = await sandbox.member('test-airline');
        await lcpClient(sandbox).post(member, 100);
        await sandbox.control('POST', '/test-airline/close-day');
        await lcpClient(sandbox).post(member, 11);
        return { member, books: await sandbox.books('test-airline') };
      },
      async (sandbox, { member, books }) => {
        expect(await sandbox.books('test-airline')).toEqual(books);
        const body = { memberId: member.memberNumber, lastName: member.familyName };
        const { json } = await lcpClient(sandbox).send('/MemberValidation', body);
        expect(json['balance']).toBe(member.balance + 111);
        const closed = await sandbox.control('POST', '/test-airline/close-day');
        expect(closed.json).toMatchObject({ businessDate: '2026-03-11', lines: 1, points: 11 });
        const third = await lcpClient(sandbox).post(member, 5);
        const references = books.postings.map((row) => row.supplierReference);
        expect(references).not.toContain(third.json['transactionId']);
      },
    ));

  it('finds holds with the time they have left, and publishes a closed day as before', () =>
    acrossRestart(
      async (sandbox) => {
        const miles = cnClient(sandbox, 'test-miles', () => now);
        const member = await sandbox.member('test-miles');
        const [confirmed, held] = [newReference(), newReference()];
        for (const reference of [confirmed, held]) await miles.hold(member, 200, reference);
        await miles.step('confirm', confirmed);
        await sandbox.control('POST', '/test-miles/close-day');
        await sandbox.control('POST', '/test-miles/mischief', {
          kind: 'extra-line',
          count: 1,
          businessDate: '2026-03-10',
        });
        const { bytes } = await miles.send('GET', '/settlements/20260310.csv.gz');
        return { member, held, bytes };
      },
      async (sandbox, { member, held, bytes }) => {
        const miles = cnClient(sandbox, 'test-miles', () => now);
        expect((await miles.send('GET', '/settlements/20260310.csv.gz')).bytes.equals(bytes)).toBe(true);
        const points = async () => (await miles.send('GET', `/members/${member.memberNumber}`)).json['points'];
        now += 30 * 60_000 - 1;
        expect(await points()).toBe(member.balance - 400);
        now += 1;
        expect(await points()).toBe(member.balance - 200);
        expect((await miles.step('confirm', held)).json['code']).toBe('HOLD_EXPIRED');
      },
    ));

  it('still deduplicates: points-lcp on the callback, cn-partner on the key', () => {
    const [first, second] = [newReference(), newReference()];
    const both = async (sandbox: Running, flyer: TestMember, rider: TestMember): Promise<TestAnswer[]> => [
      await lcpClient(sandbox).post(flyer, 100, first),
      await cnClient(sandbox, 'test-rail', () => now).accrue(rider, 90, second),
    ];
    return acrossRestart(
      async (sandbox) => {
        const [flyer, rider] = [await sandbox.member('test-airline'), await sandbox.member('test-rail')];
        return { flyer, rider, answers: await both(sandbox, flyer, rider) };
      },
      async (sandbox, { flyer, rider, answers }) => {
        const again = await both(sandbox, flyer, rider);
        expect(again.map(({ text }) => text)).toEqual(answers.map(({ text }) => text));
        for (const scheme of ['test-airline', 'test-rail']) expect((await sandbox.books(scheme)).totals.count).toBe(1);
      },
    );
  });

  it('still finds an OPERA transaction by its reference', () =>
    acrossRestart(
      async (sandbox) => {
        const member = await sandbox.member('test-hotels');
        const opera = await operaClient(sandbox);
        const ids = await opera.idsOf(member.memberNumber);
        await opera.accrue(ids.membershipId, { reference: '42' });
        return { member, ids };
      },
      async (sandbox, { member, ids }) => {
        now += 3_000;
        const opera = await operaClient(sandbox);
        expect(await opera.idsOf(member.memberNumber)).toEqual(ids);
        const query = `profileId=${ids.profileId}&membershipCardNo=${member.memberNumber}&membershipType=TT&reference=42`;
        expect((await opera.get(`/profileMembershipStatistics?${query}`)).status).toBe(200);
      },
    ));

  it('tells the partner what it had not taken yet', async () => {
    const partner = await listenAsPartner('miles-key');
    const reference = newReference();
    await acrossRestart(
      async (sandbox) => {
        const member = await sandbox.member('test-miles');
        await cnClient(sandbox, 'test-miles', () => now).accrue(member, 90, reference);
        await sandbox.control('POST', '/test-miles/close-day');
      },
      async (sandbox) => {
        sandbox.setPushUrls({ 'test-miles': partner.url });
        await until(() => partner.received.length > 0);
        expect(partner.received).toMatchObject([{ genuine: true, event: { type: 'accrual.posted', reference } }]);
      },
    ).finally(() => partner.stop());
  });

  it('finds nothing after a reset', () =>
    acrossRestart(
      async (sandbox) => {
        await sandbox.member('test-airline');
        await sandbox.control('POST', '/reset');
      },
      async () => {
        expect(readFileSync(journal(), 'utf8')).not.toContain('test-airline/members');
      },
    ));

  it('leaves out what a kill cut short, and writes on behind it', async () => {
    const sandbox = await start();
    const member = await sandbox.member('test-airline');
    await lcpClient(sandbox).post(member, 100);
    await sandbox.stop();
    appendFileSync(journal(), '[["test-airline/books","2",{"reference":"cut');
    await acrossRestart(
      async (sandbox) => {
        expect((await sandbox.books('test-airline')).totals).toEqual({ count: 1, points: 100 });
        await lcpClient(sandbox).post(member, 5);
      },
      async (sandbox) => {
        expect((await sandbox.books('test-airline')).totals).toEqual({ count: 2, points: 105 });
      },
    );
  });

  it('refuses a journal that is damaged, and says where', async () => {
    writeFileSync(journal(), '[]\nnonsense\n[]\n');
    await expect(start()).rejects.toThrow(/sandbox\.ndjson is damaged in line 2/);
  });
});
