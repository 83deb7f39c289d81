import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownContract } from './contract.js';
import { type OperaClient, operaClient } from './opera-client.js';
import { newReference, NOON, type Running, run, type TestMember } from './running.js';

const FIELDS = [
  'reference',
  'totalPoints',
  'membershipTransactionId',
  'stayRecordId',
  'deletedFlag',
  'insertDate',
  'property',
  'arrivalDate',
  'departureDate',
  'membershipCardNo',
  'membershipType',
  'membershipLevel',
  'transactionDate',
  'transactionType',
  'adjustmentYn',
  'currencyCode',
];
const LIST = `
  query List($limit: Int, $offset: Int, $input: ProfilesLoyaltyTransactionsQueryArgumentsType!) {
    profilesLoyaltyTransactions(limit: $limit, offset: $offset, input: $input) { # one per transaction
      membershipTransactionsDetails { ${FIELDS.join(' ')} }
      profilesLoyaltyTransactionsRecordCount
    }
  }`;
const STAYS = {
  membershiptransactionsDetailsBeginDate: { _gte: '2025-03-01' },
  membershiptransactionsDetailsEndDate: { _lte: '2026-12-31' },
  membershiptransactionsDetailsResort: { _eq: 'TEST1' },
};

let now: number;
let sandbox: Running;
let opera: OperaClient;
let member: TestMember;
let membershipId: string;
beforeEach(async () => {
  now = NOON;
  sandbox = await run({ clock: () => now });
  opera = await operaClient(sandbox);
  member = await sandbox.member('test-hotels');
  ({ membershipId } = await opera.idsOf(member.memberNumber));
});
afterEach(() => sandbox.stop());

interface Listed {
  readonly membershipTransactionsDetails: Record<string, unknown>;
  readonly profilesLoyaltyTransactionsRecordCount: number;
}
const listed = async (filters: Record<string, unknown> = {}, page = {}): Promise<readonly Listed[]> => {
  const { json } = await opera.query(LIST, { ...page, input: { ...STAYS, ...filters } });
  expect(json['errors']).toBeUndefined();
  return (json['data'] as { profilesLoyaltyTransactions: Listed[] }).profilesLoyaltyTransactions;
};
const references = async (filters = {}, page = {}) =>
  (await listed(filters, page)).map((each) => each.membershipTransactionsDetails['reference']);
const accrue = async (details: Record<string, unknown> = {}): Promise<string> => {
  const reference = newReference();
  await opera.accrue(membershipId, { reference, ...details });
  return reference;
};
const insertedOn = (date: string) => ({
  membershiptransactionsDetailsInsertDate: { _btn: { start: `${date} 00:00:00`, end: `${date} 23:59:59` } },
});

describe('the loyalty listing', () => {
  it('tells a transaction by the names of the schema', async () => {
    const reference = newReference();
    const { headers } = await opera.accrue(membershipId, { reference, currency: 'HKD' });
    const [only, ...more] = await listed();
    expect(more).toEqual([]);
    const id = headers.get('location')?.split('/').at(-1);
    expect(only).toEqual({
      membershipTransactionsDetails: {
        reference,
        totalPoints: 120,
        membershipTransactionId: Number(id),
        stayRecordId: null,
        deletedFlag: 'N',
        insertDate: '2026-03-10 12:00:00',
        property: 'TEST1',
        arrivalDate: '2026-03-08',
        departureDate: '2026-03-10',
        membershipCardNo: member.memberNumber,
        membershipType: 'TT',
        membershipLevel: 'member',
        transactionDate: '2026-03-10',
        transactionType: 'ST',
        adjustmentYn: 'N',
        currencyCode: 'HKD',
      },
      profilesLoyaltyTransactionsRecordCount: 1,
    });
    expect(String(only?.membershipTransactionsDetails['membershipTransactionId'])).toBe(id);
  });

  it('knows no field and no filter that the schema does not have', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const contracts = process.env['INTERLINE_SUPPLIER_CONTRACTS'] ?? join(root, '../shared/contracts');
    const path = join(contracts, 'opera-cloud/ProfilesLoyaltyTransactions.graphql');
    if (!existsSync(path)) {
      process.stdout.write("The supplier's own GraphQL schema is not here: the names are not held against it.\n");
      return;
    }
    const schema = readFileSync(path, 'utf8');
    const type = /^type ProfilesLoyaltyTransactionsMembershipTransactionsDetailsType \{(.*?)^\}/ms.exec(schema)?.[1];
    for (const field of FIELDS) expect(type).toMatch(new RegExp(`^ +${field}: (String|Float|Date|DateTime)$`, 'm'));
    const source = readFileSync(join(root, 'sandbox/opera-cloud/loyalty-filters.ts'), 'utf8');
    const filters = Array.from(source.matchAll(/^ {2}([A-Z]\w+): \['\w+', '/gm), ([, name]) => name ?? '');
    expect(filters.length).toBeGreaterThan(9);
    for (const name of filters)
      expect(schema).toMatch(new RegExp(`^ +membershiptransactionsDetails${name}: \\w+`, 'm'));
  });

  it("has the supplier's own activity too, without a reference, and an adjustment with its sign", async () => {
    const reference = await accrue({ adjustment: true, awardPoints: { totalPoints: -30 }, stayTimeSpan: undefined });
    const own = { memberNumber: member.memberNumber, points: 500, activity: {} };
    await sandbox.control('POST', '/test-hotels/activity', own);
    const told = (await listed()).map((each) => each.membershipTransactionsDetails);
    expect(told).toMatchObject([
      { reference, totalPoints: -30, adjustmentYn: 'Y', arrivalDate: '2026-03-10' },
      { reference: null, totalPoints: 500, membershipCardNo: member.memberNumber },
    ]);
    const ids = told.map((each) => each['membershipTransactionId']);
    expect(ids.every(Number.isSafeInteger)).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });

  it('is paged, 20 at a time unless told otherwise, and tells how many there are', async () => {
    const all: string[] = [];
    for (let i = 0; i < 25; i += 1) all.push(await accrue());
    expect(await references()).toEqual(all.slice(0, 20));
    expect(await references({}, { limit: 10, offset: 20 })).toEqual(all.slice(20));
    expect(await references({}, { limit: 10, offset: 25 })).toEqual([]);
    expect((await listed({}, { limit: 1 }))[0]?.profilesLoyaltyTransactionsRecordCount).toBe(25);
  });

  it('is filtered by date of posting, in the zone of the property', async () => {
    const first = await accrue();
    now = Date.parse('2026-03-10T15:59:59Z');
    // The clock has outrun the token.
    opera = await operaClient(sandbox);
    const last = await accrue();
    now = Date.parse('2026-03-10T16:00:00Z');
    const next = await accrue();
    expect(await references(insertedOn('2026-03-10'))).toEqual([first, last]);
    expect(await references(insertedOn('2026-03-11'))).toEqual([next]);
  });

  it('moves on when the day is closed by hand', async () => {
    const first = await accrue();
    const { json } = await sandbox.control('POST', '/test-hotels/close-day');
    expect(json).toMatchObject({ lines: 1, points: 120 });
    const second = await accrue();
    expect(await references(insertedOn('2026-03-10'))).toEqual([first]);
    expect(await references(insertedOn('2026-03-11'))).toEqual([second]);
  });

  it('says which day is open, and since when once a day was closed', async () => {
    const extensions = async () =>
      (await opera.query(LIST, { input: STAYS })).json['extensions'] as Record<string, unknown> | undefined;
    expect(await extensions()).toEqual({ businessDate: '2026-03-10' });
    await sandbox.control('POST', '/test-hotels/close-day');
    expect(await extensions()).toEqual({ businessDate: '2026-03-11', businessDateSince: '2026-03-10T04:00:00.000Z' });
    // A second after midnight in Hong Kong.
    now = Date.parse('2026-03-11T16:00:01Z');
    opera = await operaClient(sandbox);
    const rolled = await extensions();
    expect(rolled).toEqual({ businessDate: '2026-03-12', businessDateSince: expect.any(String) });
    expect(String(rolled?.['businessDateSince'])).toMatch(/^2026-03-11T16:00:0[01]\.000Z$/);
  });

  it("answers as the project's own contract says, errors too", async () => {
    await accrue();
    const contract = ownContract('opera-cloud');
    const operation = contract.operation('POST', '/rna/v1/graphql') ?? '';
    for (const variables of [{ input: STAYS }, {}]) {
      const { status, text } = await opera.query(LIST, variables);
      expect(contract.complaints(operation, status, text)).toEqual([]);
    }
  });

  it.each([
    [{ membershiptransactionsDetailsBeginDate: { _gt: '2026-03-08' } }, 0],
    [{ membershiptransactionsDetailsBeginDate: { _gte: '2026-03-08', _lt: '2026-03-09' } }, 1],
    [{ membershiptransactionsDetailsEndDate: { _btn: { start: '2026-03-10', end: '2026-03-10' } } }, 1],
    [{ membershiptransactionsDetailsResort: { _in: ['TEST1', 'TEST2'] } }, 1],
    [{ membershiptransactionsDetailsResort: { _ne: 'TEST1' } }, 0],
    [{ membershiptransactionsDetailsDeletedFlag: { _eq: 'Y' } }, 0],
    [{ membershiptransactionsDetailsStayRecordId: { _isNull: true } }, 1],
    [{ membershiptransactionsDetailsStayRecordId: { _ne: 1 } }, 0],
    [{ membershiptransactionsDetailsTransactionType: { _nin: ['OT'] } }, 1],
  ])('takes %j', async (filters, count) => {
    await accrue();
    expect(await listed(filters)).toHaveLength(count);
  });

  it('answers to literals and aliases, too', async () => {
    const reference = await accrue();
    const query = `{ all: profilesLoyaltyTransactions(limit: 5, input: {
      membershiptransactionsDetailsBeginDate: {_gte: "2026-01-01"}, membershiptransactionsDetailsResort: {_in: ["TEST1"]},
      membershiptransactionsDetailsEndDate: {_lte: "2026-12-31"} }) { m: membershipTransactionsDetails { ref: reference } } }`;
    expect((await opera.query(query)).json['data']).toEqual({ all: [{ m: { ref: reference } }] });
  });
});

describe('a query that cannot be carried out', () => {
  const without = (name: keyof typeof STAYS) => ({ input: { ...STAYS, [name]: undefined } });
  it.each([
    ['without arrival', LIST, without('membershiptransactionsDetailsBeginDate')],
    ['without departure', LIST, without('membershiptransactionsDetailsEndDate')],
    ['without resort', LIST, without('membershiptransactionsDetailsResort')],
    ['with an empty filter', LIST, { input: { ...STAYS, membershiptransactionsDetailsResort: {} } }],
    ['with a filter on reference', LIST, { input: { ...STAYS, membershiptransactionsDetailsReference: { _eq: '1' } } }],
    [
      'with a date that is none',
      LIST,
      { input: { ...STAYS, ...{ membershiptransactionsDetailsEndDate: { _lte: 1 } } } },
    ],
    [
      'with an operator of another type',
      LIST,
      { input: { ...STAYS, membershiptransactionsDetailsResort: { _like: 'T' } } },
    ],
    ['without its variable', LIST, {}],
    ['for an unknown field', LIST.replace('totalPoints', 'points'), { input: STAYS }],
    ['for another query', '{ profiles { id } }', {}],
    ['that is cut', LIST.slice(0, -10), { input: STAYS }],
    ['that is no query', 'mutation { x }', {}],
    ['with a variable it does not declare', LIST.replace('$limit: Int,', ''), { input: STAYS }],
    ['with a limit of nothing', LIST, { limit: 0, input: STAYS }],
  ])('%s is a 200 with errors and no data', async (_what, query, variables) => {
    await accrue();
    const { status, json } = await opera.query(query, variables);
    expect([status, json['data']]).toEqual([200, null]);
    expect(json['errors']).toEqual([{ message: expect.any(String) }]);
  });

  it.each([
    [{ authorization: 'Bearer none' }, 401],
    [{ 'x-app-key': 'none' }, 400],
    [{ 'x-hotelid': 'OTHER' }, 403],
  ])('with the headers %j is %i', async (headers, status) => {
    expect((await opera.query(LIST, { input: STAYS }, headers)).status).toBe(status);
  });
});

describe('mischief in the listing', () => {
  it.each([
    ['drop-line', 0, 2],
    ['change-points', 1, 3],
    ['duplicate-line', 2, 4],
    ['delay-line', 0, 2],
    ['extra-line', 1, 4],
  ] as const)('%s shows on its own transaction only', async (kind, times, count) => {
    for (let i = 0; i < 3; i += 1) await accrue();
    await sandbox.control('POST', '/test-hotels/close-day');
    const plant = { kind, count: 1, businessDate: '2026-03-10' };
    const { json } = await sandbox.control('POST', '/test-hotels/mischief', plant);
    const [planted] = json['references'] as string[];
    const told = (await listed(insertedOn('2026-03-10'))).map((each) => each.membershipTransactionsDetails);
    expect(told).toHaveLength(count);
    expect(told.filter((each) => each['reference'] === planted)).toHaveLength(times);
    expect(new Set(told.map((each) => each['membershipTransactionId'])).size).toBe(count);
    const wrong = told.filter((each) => each['reference'] !== planted && each['totalPoints'] !== 120);
    expect(wrong).toEqual([]);
    const next = await references(insertedOn('2026-03-11'));
    expect(next).toEqual(kind === 'delay-line' ? [planted] : []);
  });

  it('does not show a delayed line before its day has begun', async () => {
    const reference = await accrue();
    const plant = { kind: 'delay-line', count: 1, businessDate: '2026-03-10' };
    await sandbox.control('POST', '/test-hotels/mischief', plant);
    expect(await references()).toEqual([]);
    await sandbox.control('POST', '/test-hotels/close-day');
    expect(await references()).toEqual([reference]);
  });
});

describe('wrongEcho', () => {
  it('tells a count that the lines do not come to, or lines of another day', async () => {
    await accrue();
    await sandbox.faults('test-hotels', { rates: { wrongEcho: 1 } });
    const seen = new Set<string>();
    for (let i = 0; i < 20; i += 1) {
      const [only] = await listed();
      const insertDate = String(only?.membershipTransactionsDetails['insertDate']);
      seen.add(`${insertDate}, ${String(only?.profilesLoyaltyTransactionsRecordCount)}`);
    }
    expect([...seen].toSorted()).toEqual(['2026-03-10 12:00:00, 2', '2026-03-11 12:00:00, 1']);
  });
});
