import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Config, configure } from '../../../adapters/opera-cloud/config.js';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import { createAgents } from '../../../src/kit/agents.js';
import { createHttp } from '../../../src/kit/http.js';
import { createTokenCache } from '../../../src/kit/token-cache.js';
import type { Context, Member, Receipt, TakenIn } from '../../../src/spec/adapter.js';
import type { SettlementDay, SettlementLine } from '../../../src/spec/settlement.js';
import { points } from '../../../src/spec/values.js';
import { newReference, NOON, type Running, run, type TestPosting } from '../../sandbox/running.js';

const day: SettlementDay = { businessDate: '2026-03-10', zone: 'Asia/Hong_Kong', today: '2026-03-10' };
const next: SettlementDay = { ...day, businessDate: '2026-03-11' };

let now: number;
let sandbox: Running;
let context: Context<Config>;
let member: Member;
let closeAgents: () => void;
beforeEach(async () => {
  now = NOON;
  sandbox = await run({ clock: () => now });
  context = connect();
  member = await link();
});
afterEach(async () => {
  closeAgents();
  await sandbox.stop();
});

function connect(): Context<Config> {
  const baseUrl = `${sandbox.url}/test-hotels`;
  const config = configure({
    settings: { baseUrl, hotelId: 'TEST1', membershipType: 'TT' },
    secrets: {
      clientId: 'us',
      clientSecret: 'hush',
      appKey: '6f1d2c3b-4a59-4e68-8b7a-9c0d1e2f3a4b',
      scope: 'urn:test',
    },
  });
  const { signal } = new AbortController();
  const agents = createAgents({ maxSockets: 4 });
  closeAgents = () => agents.close();
  const timing = { connectMs: 5_000, firstByteMs: 5_000, totalMs: 5_000 };
  const http = createHttp({ agents, timing, allowedOrigin: baseUrl, signal, secrets: [] });
  return { config, http, tokens: createTokenCache(() => now), now: () => now, nonce: () => 'n', signal };
}

async function link(): Promise<Member> {
  const { memberNumber, familyName, givenName } = await sandbox.member('test-hotels');
  const name = { script: 'Latn', family: familyName, given: givenName } as const;
  const verified = await operaCloud.linking?.verify(context, { memberNumber, name, form: {} });
  return { number: memberNumber, name, handle: verified?.handle ?? {} };
}

interface Posted {
  readonly reference: string;
  readonly receipt: Receipt | undefined;
}

/** A stay of 125 points at a property of its own, posted by the port itself. */
async function accrue(): Promise<Posted> {
  const reference = newReference();
  const stay = { property: 'TEST2', confirmation: reference, checkIn: '2026-03-08', checkOut: '2026-03-10' };
  const input = { member, activity: { type: 'stay', ...stay } as const, points: points(120), bonusPoints: points(5) };
  const receipt = await operaCloud.accrual?.accrue.perform(context, input, attemptOf(reference));
  return { reference, receipt };
}

async function reverse({ reference: original, receipt }: Posted): Promise<Posted> {
  const reference = newReference();
  const other = { type: 'other', reference: 'SPA-1', description: 'Spa', date: '2026-03-09' } as const;
  const supplierReference = receipt?.supplierReference ?? '';
  const input = {
    member,
    original: { reference: original, supplierReference, activity: other, points: points(125), bonusPoints: points(0) },
    points: points(25),
    reason: '',
  };
  return {
    reference,
    receipt: await operaCloud.accrual?.reverse?.perform(context, input, attemptOf(reference)),
  };
}

const attemptOf = (reference: string) => ({ reference, createdAt: new Date(now).toISOString() });

/** The supplier posts by itself. */
const ownActivity = (amount: number) =>
  sandbox.control('POST', '/test-hotels/activity', { memberNumber: member.number, points: amount, activity: {} });
const closeDay = () => sandbox.control('POST', '/test-hotels/close-day');
const plant = async (kind: string): Promise<string> => {
  const { json } = await sandbox.control('POST', '/test-hotels/mischief', {
    kind,
    count: 1,
    businessDate: '2026-03-10',
  });
  return (json['references'] as string[])[0] ?? '';
};

async function takeIn(of = day): Promise<TakenIn> {
  if (operaCloud.settlement === undefined) throw new Error('no settlement');
  return operaCloud.settlement.fetch(context, of);
}

async function settle(of = day): Promise<readonly SettlementLine[]> {
  const taken = await takeIn(of);
  if (taken.found !== 'input') throw new Error(taken.found);
  return Array.from(operaCloud.settlement?.parse(taken.bytes, of, context.config as never) ?? []);
}

/** A line in the words of the supplier's books. */
const posting = ({ line: _line, originalReference: _none, ...rest }: SettlementLine): TestPosting => ({
  ...rest,
  reference: rest.reference ?? null,
  supplierReference: rest.supplierReference ?? '',
});

describe('a day without mischief', () => {
  it('is the books: ours by references and receipts, what the supplier did by itself without any', async () => {
    const accrual = await accrue();
    const reversal = await reverse(accrual);
    await ownActivity(500);
    const lines = (await settle()).map(posting);
    const { postings } = await sandbox.books('test-hotels');
    const own = { kind: 'accrual', memberNumber: member.number, postedAt: new Date(NOON).toISOString() };
    expect(lines.filter(({ reference }) => reference !== null)).toEqual(
      postings.filter(({ reference }) => reference !== null),
    );
    expect(lines.filter(({ reference }) => reference === null)).toMatchObject([{ ...own, points: 500 }]);
    expect(lines).toHaveLength(postings.length);
    for (const { reference, receipt } of [accrual, reversal]) {
      const line = lines.find((each) => each.reference === reference);
      expect(line?.supplierReference).toBe(receipt?.supplierReference);
    }
    expect(lines.map(({ kind }) => kind).toSorted()).toEqual(['accrual', 'accrual', 'reversal']);
  });

  it('is the same bytes whenever it is asked for, and more when there is more', async () => {
    await accrue();
    const first = await takeIn();
    expect(await takeIn()).toEqual(first);
    await accrue();
    expect(await takeIn()).not.toEqual(first);
  });

  it('may be longer than a page', async () => {
    for (let round = 0; round < 41; round += 1) await Promise.all(Array.from({ length: 25 }, () => ownActivity(1)));
    const lines = await settle();
    expect(lines).toHaveLength(41 * 25);
    expect(new Set(lines.map(({ supplierReference }) => supplierReference)).size).toBe(41 * 25);
  });

  it('is provisional while it is open, then closed at a time, then closed', async () => {
    await accrue();
    expect(await takeIn()).toMatchObject({ found: 'input', closed: false });
    expect(await takeIn(next)).toEqual({ found: 'not-yet' });
    now += 60_000;
    await closeDay();
    expect(await takeIn()).toMatchObject({ closed: true, closedAt: '2026-03-10T04:01:00.000Z' });
    await closeDay();
    expect(await takeIn()).toMatchObject({ closed: true, closedAt: undefined });
  });

  it('has no transaction of another day', async () => {
    const { reference } = await accrue();
    await closeDay();
    const later = await accrue();
    expect((await settle()).map((line) => line.reference)).toEqual([reference]);
    expect((await settle(next)).map((line) => line.reference)).toEqual([later.reference]);
  });
});

describe('a planted break', () => {
  const told = async (of = day) => (await settle(of)).map(({ reference, points: told }) => `${reference} ${told}`);

  beforeEach(async () => {
    for (let i = 0; i < 3; i += 1) await accrue();
    await closeDay();
  });

  it.each([
    ['drop-line', [], []],
    ['delay-line', [], [125]],
    ['change-points', [135], []],
    ['duplicate-line', [125, 125], []],
  ] as const)('%s shows on its own line alone', async (kind, today, tomorrow) => {
    const before = await told();
    const planted = await plant(kind);
    const amounts = (some: readonly number[]) => some.map((amount) => `${planted} ${amount}`);
    const others = before.filter((line) => !line.startsWith(planted));
    expect(others).toHaveLength(2);
    expect((await told()).toSorted()).toEqual([...others, ...amounts(today)].toSorted());
    expect(await told(next)).toEqual(amounts(tomorrow));
    const ids = (await settle()).map(({ supplierReference }) => supplierReference);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('extra-line is a line of a reference that was never sent', async () => {
    const before = await told();
    const planted = await plant('extra-line');
    expect((await told()).filter((line) => !before.includes(line))).toEqual([`${planted} 100`]);
  });
});

describe('a supplier that misbehaves', () => {
  it.each([1, 2, 3, 4, 5, 6])('is not believed with a wrong echo (seed %i)', async (seed) => {
    await accrue();
    await sandbox.faults('test-hotels', { seed, rates: { wrongEcho: 1 } });
    await expect(settle()).rejects.toThrow(/a page is missing|of another day/);
  });

  it.each([1, 2, 3])('is not believed when it talks garbage (seed %i)', async (seed) => {
    await accrue();
    await sandbox.faults('test-hotels', { seed, rates: { garbage: 1 } });
    await expect(settle()).rejects.toThrow('unknown-outcome');
  });
});
