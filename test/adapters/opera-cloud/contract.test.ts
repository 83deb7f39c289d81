import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import nock from 'nock';
import { configure } from '../../../adapters/opera-cloud/config.js';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import type { HttpRequest } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  CARD,
  connection,
  context,
  contractsOf,
  faultOf,
  fixture,
  leaveNothingBehind,
  member,
  SECRETS,
  STATISTICS,
  TRANSACTIONS,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

describe('the contract', () => {
  const fixtures = readdirSync(new URL('fixtures', import.meta.url)).map((file) => file.replace('.json', ''));
  const headers = { authorization: 'Bearer t', 'x-app-key': connection.secrets.appKey, 'x-hotelid': 'HARB1' };
  const request: HttpRequest = { method: 'GET', effect: 'read', headers, url: `https://ohip.example/harbour${CARD}` };

  it.each(fixtures)('allows the answer %s', (name) => {
    const [operation = '', kind = ''] = name.split('.');
    const id = operation.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
    const status = kind === 'created' ? 201 : kind.startsWith('refused') ? 400 : 200;
    const contracts = contractsOf(id === 'profilesLoyaltyTransactions' ? 'graphql' : 'rest');
    expect(contracts.flatMap((contract) => contract.answer(id, status, JSON.parse(fixture(name))))).toEqual([]);
  });

  it('allows the plain request that the next ones break', () => {
    expect(contractsOf('rest').flatMap((contract) => contract.request(request))).toEqual([]);
  });

  it.each<[string, Partial<HttpRequest>]>([
    ['a missing header', { headers: { authorization: 'Bearer t', 'x-hotelid': 'HARB1' } }],
    ['a malformed key', { headers: { ...headers, 'x-app-key': 'secret' } }],
    ['an unknown query', { url: `${request.url}?page=2` }],
    ['an unknown path', { url: `${request.url}/summary` }],
    ['a missing query', { url: `https://ohip.example/harbour${STATISTICS}?profileId=P-77` }],
    [
      'a reference of 21 digits',
      {
        method: 'POST',
        url: `https://ohip.example/harbour${TRANSACTIONS}`,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          membershipTransactionDetails: { membershipTransactionDetails: { reference: '1'.repeat(21) } },
        }),
      },
    ],
  ])('would catch %s', (_what, change) => {
    for (const contract of contractsOf('rest')) expect(contract.request({ ...request, ...change })).not.toEqual([]);
  });
});

describe('an answer other than the documented', () => {
  it.each<[number, Record<string, string>, object]>([
    [403, {}, { kind: 'auth', detail: 'HTTP 403' }],
    [429, { 'retry-after': '7' }, { kind: 'rate-limited', retryAfterMs: 7_000 }],
    [500, {}, { kind: 'unknown-outcome', detail: 'HTTP 500' }],
    [503, { 'retry-after': '7' }, { kind: 'unknown-outcome', detail: 'HTTP 503' }],
    [302, { location: 'https://ohip.example/login' }, { kind: 'unknown-outcome', detail: 'HTTP 302' }],
    [408, {}, { kind: 'unknown-outcome', detail: 'HTTP 408' }],
    [404, {}, { kind: 'unmapped', supplierCode: 'HTTP_404' }],
    [413, {}, { kind: 'unmapped', supplierCode: 'HTTP_413' }],
  ])('%i is no success', async (status, headers, fault) => {
    answers(TRANSACTIONS, { status, headers });
    expect(await faultOf(CALLS[1].make())).toEqual(fault);
  });
});

const activity = { type: 'other', reference: 'SPA-1', description: 'Spa', date: '2026-11-20' } as const;
const accrual = { member, activity, points: points(10), bonusPoints: points(0) };

/** One call of each kind: a card, a write, a listing. */
const CALLS = [
  {
    path: CARD,
    make: async () =>
      operaCloud.linking?.verify(context(), { memberNumber: member.number, name: member.name, form: {} }),
  },
  { path: TRANSACTIONS, make: async () => operaCloud.accrual?.accrue.perform(context(), accrual, attempt) },
  {
    path: STATISTICS,
    make: async () => operaCloud.member?.statement?.(context(), member, { since: '2026-11-01', until: '2026-11-20' }),
  },
] as const;

describe('a fault', () => {
  it('tells neither member nor credentials, whatever the answer quotes', async () => {
    const word = fc.oneof(fc.constantFrom(...SECRETS, 'OPERAWS-', 'CRM', '00073', ' '), fc.string());
    const quoting = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
    const problem = fc.record(
      {
        type: quoting,
        title: quoting,
        detail: quoting,
        'o:errorCode': quoting,
        'o:errorDetails': fc.array(fc.record({ 'o:errorCode': quoting })),
        membershipTransactionsSummaryCollection: quoting,
        membershipStatistics: quoting,
      },
      { requiredKeys: ['membershipTransactionsSummaryCollection', 'membershipStatistics'] },
    );
    const body = fc.oneof(
      problem.map((each) => JSON.stringify(each)),
      quoting,
    );
    const status = fc.constantFrom(200, 202, 400, 404, 429, 500);
    await fc.assert(
      fc.asyncProperty(body, status, fc.constantFrom(...CALLS), async (text, code, call) => {
        answers(call.path, { status: code, body: text });
        // `faultOf` fails when the fault repeats any of them.
        expect((await faultOf(call.make())).kind).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a connection', () => {
  const { settings, secrets } = connection;

  it('believes "not found" after half an hour and spans 90 days unless the settings know better', () => {
    expect(configure(connection)).toMatchObject({ conclusiveAfterMs: 1_800_000, lookbackDays: 90 });
    const sandbox = { ...settings, conclusiveAfterMs: 20_000, lookbackDays: 30 };
    expect(configure({ settings: sandbox, secrets })).toMatchObject({ conclusiveAfterMs: 20_000, lookbackDays: 30 });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['an unknown setting', { ...settings, colour: 'red' }, secrets],
    ['an unknown secret', settings, { ...secrets, other: 'x' }],
    ['a span longer than the supplier allows', { ...settings, lookbackDays: 91 }, secrets],
    ['a key of another form', settings, { ...secrets, appKey: 'swordfish' }],
    ['a client id with a colon', settings, { ...secrets, clientId: 'a:b' }],
    ['no scope', settings, { ...secrets, scope: '' }],
    ['a path with a query', { ...settings, graphqlPath: '/graphql?swordfish' }, secrets],
    ['a window of no days', { ...settings, stayWindowDays: 0 }, secrets],
    ['no property to list', { ...settings, properties: [] }, secrets],
    ['a hotel that no header can carry', { ...settings, hotelId: '海港' }, secrets],
    ['an address with a query', { ...settings, baseUrl: 'https://ohip.example/?swordfish' }, secrets],
  ])('refuses %s, without quoting it', (_what, given, kept) => {
    expect(() => configure({ settings: given, secrets: kept })).toThrow();
    expect(() => configure({ settings: given, secrets: kept })).not.toThrow(/swordfish/);
  });
});
