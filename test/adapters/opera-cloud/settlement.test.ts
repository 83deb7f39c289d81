import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import { createTokenCache } from '../../../src/kit/token-cache.js';
import type { Context, TakenIn } from '../../../src/spec/adapter.js';
import { graphqlNames } from './graphql-names.js';
import {
  answers,
  breaksOff,
  context,
  faultOf,
  fixture,
  hangs,
  leaveNothingBehind,
  LISTING,
  type Received,
  TOKENS,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const day = { businessDate: '2026-11-20', zone: 'Asia/Hong_Kong', today: '2026-11-21' };
const listed = fixture('profiles-loyalty-transactions.day');
const none = fixture('profiles-loyalty-transactions.none');

const port = () => {
  if (operaCloud.settlement === undefined) throw new Error('no settlement');
  return operaCloud.settlement;
};
const takeIn = (given: Context<never> | Partial<typeof day> = {}): Promise<TakenIn> =>
  'http' in given ? port().fetch(given, day) : port().fetch(context(), { ...day, ...given });

/** The lines of an input, which there must be. */
async function linesOf(taken: Promise<TakenIn>): Promise<readonly string[]> {
  const input = await taken;
  if (input.found !== 'input') throw new Error(input.found);
  return Buffer.from(input.bytes).toString('utf8').trimEnd().split('\n');
}

/** A page of transactions of these ids, each of which says how many there are. */
function page(ids: readonly number[], count: number, extensions?: object): { body: string } {
  const profilesLoyaltyTransactions = ids.map((membershipTransactionId) => ({
    membershipTransactionsDetails: { ...detail, membershipTransactionId },
    profilesLoyaltyTransactionsRecordCount: count,
  }));
  return { body: JSON.stringify({ data: { profilesLoyaltyTransactions }, ...(extensions && { extensions }) }) };
}
const detail = {
  adjustmentYn: 'N',
  deletedFlag: 'N',
  insertDate: '2026-11-20 09:30:00',
  membershipCardNo: 'HH123456789',
  reference: null,
  totalPoints: 5,
};
const ids = (lines: readonly string[]) => lines.map((line) => /Id":(\d+)/.exec(line)?.[1]);
const variablesOf = ({ body }: Received) => (body as { variables: Record<string, unknown> }).variables;

describe('fetch', () => {
  it('sends', async () => {
    const received = answers(LISTING, { body: none });
    await takeIn();
    expect(received.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'x-app-key': '6f1d2c3b-4a59-4e68-8b7a-9c0d1e2f3a4b',
      'x-hotelid': 'HARB1',
      'content-type': 'application/json;charset=UTF-8',
    });
    const stay = { _btn: { start: '2025-10-16', end: '2027-12-25' } };
    expect(variablesOf(received)).toEqual({
      limit: 1000,
      offset: 0,
      input: {
        membershiptransactionsDetailsBeginDate: stay,
        membershiptransactionsDetailsEndDate: stay,
        membershiptransactionsDetailsResort: { _isNull: false },
        membershiptransactionsDetailsInsertDate: { _btn: { start: '2026-11-20 00:00:00', end: '2026-11-20 23:59:59' } },
        membershiptransactionsDetailsMembershipType: { _eq: 'HH' },
      },
    });
  });

  it("asks by no name that the supplier's schema does not have", async () => {
    const names = graphqlNames();
    if (names === null) return;
    const received = answers(LISTING, { body: none });
    await takeIn();
    const { query } = received.body as { query: string };
    const asked = /membershipTransactionsDetails \{ ([\w ]+) \}/.exec(query)?.[1]?.split(' ') ?? [];
    expect(asked).toHaveLength(7);
    expect(asked.filter((name) => !names.fields.has(name))).toEqual([]);
    const { input } = variablesOf(received);
    expect(Object.keys(input as object).filter((name) => !names.filters.has(name))).toEqual([]);
  });

  it('asks for the properties and the stays that the settings name', async () => {
    const settings = { properties: ['HARB1', 'HARB2'], stayWindowDays: 2, graphqlPath: LISTING };
    const received = answers(LISTING, { body: none });
    await takeIn(context(undefined, undefined, settings) as never);
    expect(variablesOf(received)['input']).toMatchObject({
      membershiptransactionsDetailsEndDate: { _btn: { start: '2026-11-18', end: '2026-11-22' } },
      membershiptransactionsDetailsResort: { _in: ['HARB1', 'HARB2'] },
    });
  });

  it('reads the receipt: a line for each transaction, by id, and when the day was closed', async () => {
    answers(LISTING, { body: listed });
    const taken = await takeIn();
    expect(taken).toMatchObject({ found: 'input', closed: true, closedAt: '2026-11-20T16:00:00.000Z' });
    answers(LISTING, { body: listed });
    const lines = await linesOf(takeIn());
    expect(ids(lines)).toEqual(['31', '2169504000001001', '2169504000001002', '2169504000001003']);
    expect(lines[1]).toBe(
      '{"adjustmentYn":"N","deletedFlag":"N","insertDate":"2026-11-20 09:30:00","membershipCardNo":"HH123456789",' +
        '"membershipTransactionId":2169504000001001,"reference":"17953056000001234567","totalPoints":2200}',
    );
  });

  it('is no bytes when nobody did anything', async () => {
    answers(LISTING, { body: none });
    expect(await takeIn()).toMatchObject({ found: 'input', bytes: new Uint8Array(), closed: true });
  });

  it('reads a refusal: a 200 with errors, even beside data, and a gateway that speaks for itself', async () => {
    answers(LISTING, { body: fixture('profiles-loyalty-transactions.errors') });
    expect(await faultOf(takeIn())).toEqual({ kind: 'unmapped', supplierCode: 'GRAPHQL_ERRORS' });
    answers(LISTING, { body: listed.replace('{', '{ "errors": [{ "message": "HH123456789 timed out" }],') });
    expect(await faultOf(takeIn())).toEqual({ kind: 'unmapped', supplierCode: 'GRAPHQL_ERRORS' });
    answers(LISTING, { status: 400, body: '{"o:errorCode":"OPERAWS-GEN01346"}' });
    expect(await faultOf(takeIn())).toEqual({ kind: 'unmapped', supplierCode: 'OPERAWS-GEN01346' });
    answers(LISTING, { status: 429, headers: { 'retry-after': '7' } });
    expect(await faultOf(takeIn())).toEqual({ kind: 'rate-limited', retryAfterMs: 7_000 });
  });

  it.each([['hangs', hangs] as const, ['breaks off', breaksOff] as const])(
    'survives a lost answer that %s',
    async (_how, loses) => {
      loses(LISTING);
      expect((await faultOf(takeIn())).kind).toBe('unknown-outcome');
      answers(LISTING, { body: listed });
      expect(await linesOf(takeIn())).toHaveLength(4);
    },
  );

  it('asks once more with a new token when the gateway refuses the old one', async () => {
    const tokens = createTokenCache(() => 0);
    answers(TOKENS, { body: fixture('get-token.granted') });
    answers(LISTING, { status: 401 });
    answers(TOKENS, { body: fixture('get-token.granted').replace('token-1', 'token-2') });
    const again = answers(LISTING, { body: listed });
    expect(await linesOf(takeIn(context(tokens) as never))).toHaveLength(4);
    expect(again.headers).toMatchObject({ authorization: 'Bearer token-2' });
  });

  it.each([
    ['a page of the gateway', '<html>Please log in</html>'],
    ['no data', '{"data":null}'],
    ['no list', '{"data":{"profilesLoyaltyTransactions":null}}'],
    ['no count', listed.replace(/"profilesLoyaltyTransactionsRecordCount": 4/, '"x": 1')],
    ['no id', listed.replace('"membershipTransactionId": 31, ', '')],
    ['an id that has lost its last digits', listed.replace('2169504000001003', '9007199254740993')],
    ['an open day that is none', listed.replace('"2026-11-21"', '"tomorrow"')],
  ])('believes no listing with %s', async (_what, body) => {
    answers(LISTING, { body });
    expect((await faultOf(takeIn())).kind).toBe('unknown-outcome');
  });
});

describe('the pages of a listing', () => {
  it('are asked for one after the other, and give the same bytes whatever their order and overlap', async () => {
    answers(LISTING, page([9, 1, 7], 5));
    const second = answers(LISTING, page([7, 10, 3], 5));
    const lines = await linesOf(takeIn());
    expect(variablesOf(second)).toMatchObject({ limit: 1000, offset: 3 });
    expect(ids(lines)).toEqual(['1', '3', '7', '9', '10']);
    answers(LISTING, page([10, 9, 7, 3, 1], 5));
    expect(await linesOf(takeIn())).toEqual(lines);
  });

  it.each([
    ['nothing', page([], 0)],
    ['the same again', page([1, 2], 4)],
  ])('are no listing when more was promised and %s comes', async (_what, second) => {
    answers(LISTING, page([1, 2], 4));
    answers(LISTING, second);
    expect(await faultOf(takeIn())).toEqual({ kind: 'unknown-outcome', detail: 'a page is missing' });
  });

  it.each<[string, (readonly [readonly number[], number])[]]>([
    [
      'something is inserted',
      [
        [[1, 2], 3],
        [[2, 3], 4],
      ],
    ],
    [
      'something is removed',
      [
        [[1, 2], 4],
        [[4], 3],
      ],
    ],
    ['more comes than was counted', [[[1, 2, 3], 2]]],
  ])('are read anew when %s meanwhile', async (_what, changing) => {
    for (const [some, count] of changing) answers(LISTING, page(some, count));
    answers(LISTING, page([4, 2, 3], 3, { businessDate: '2026-11-20' }));
    const taken = takeIn();
    expect(ids(await linesOf(taken))).toEqual(['2', '3', '4']);
    expect(await taken).toMatchObject({ closed: false });
  });

  it('are given up when they change again', async () => {
    for (const count of [3, 4]) {
      answers(LISTING, page([1, 2], count));
      answers(LISTING, page([3], count + 1));
    }
    expect(await faultOf(takeIn())).toEqual({
      kind: 'unknown-outcome',
      detail: 'the listing changes while it is read',
    });
  });

  it('show the same id twice when it says two things, so that nobody chooses', async () => {
    const twice = listed.replace('2169504000001002', '2169504000001001');
    answers(LISTING, { body: twice });
    const taken = await takeIn();
    if (taken.found !== 'input') throw new Error(taken.found);
    expect(() => Array.from(port().parse(taken.bytes, day, context().config as never))).toThrow('an id comes twice');
  });
});

describe('a day', () => {
  const openSince = (businessDate: string) => ({ businessDate, businessDateSince: '2026-11-20T15:00:00Z' });
  const today = { today: '2026-11-20' };

  it.each([
    ['the day after it is open', openSince('2026-11-21'), { closed: true, closedAt: '2026-11-20T15:00:00Z' }],
    ['a later day is open, nobody knows since when it is over', openSince('2026-11-22'), { closed: true }],
    ['it is open itself, even if the date has passed', openSince('2026-11-20'), { closed: false }],
    ['the open day has no beginning', { businessDate: '2026-11-21' }, { closed: true }],
    ['other extensions say nothing of it and the date has passed', { cost: 3 }, { closed: true }],
  ])('is judged by the open business date: %s', async (_what, extensions, judged) => {
    answers(LISTING, page([1], 1, extensions));
    expect(await takeIn()).toEqual({ found: 'input', bytes: expect.any(Uint8Array), closedAt: undefined, ...judged });
  });

  it('has not come while an earlier one is open', async () => {
    answers(LISTING, page([], 0, openSince('2026-11-19')));
    expect(await takeIn()).toEqual({ found: 'not-yet' });
  });

  it('is open today, as long as nothing was inserted later', async () => {
    answers(LISTING, page([1], 1));
    const probe = answers(LISTING, page([], 0));
    expect(await takeIn(today)).toMatchObject({ found: 'input', closed: false });
    expect(variablesOf(probe)).toMatchObject({
      limit: 1,
      offset: 0,
      input: { membershiptransactionsDetailsInsertDate: { _gt: '2026-11-20 23:59:59' } },
    });
  });

  it('is over today when something was inserted later, and is listed again: it may have grown before it ended', async () => {
    answers(LISTING, page([1], 1));
    answers(LISTING, page([3], 12));
    answers(LISTING, page([1, 2], 2));
    const taken = takeIn(today);
    expect(ids(await linesOf(taken))).toEqual(['1', '2']);
    expect(await taken).toMatchObject({ closed: true });
  });

  it('is open before it has begun', async () => {
    answers(LISTING, page([], 0));
    expect(await takeIn({ today: '2026-11-19' })).toMatchObject({ found: 'input', closed: false });
  });
});
