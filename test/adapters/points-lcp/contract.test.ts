import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import nock from 'nock';
import { configure } from '../../../adapters/points-lcp/config.js';
import { pointsLcp } from '../../../adapters/points-lcp/index.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  context,
  contracts,
  faultOf,
  fixture,
  leaveNothingBehind,
  member,
  SECRETS,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const verify = async () =>
  pointsLcp.linking?.verify(context(), { memberNumber: member.number, name: member.name, form: {} });

const activity = { type: 'other', reference: 'PARK-7', description: 'Parking', date: '2026-11-20' } as const;
const amounts = { activity, points: points(1), bonusPoints: points(0) };
const original = { reference: '17953055000001111111', supplierReference: 'LP-1001', ...amounts };

/** Everything the adapter does at its supplier. */
const CALLS = [
  { path: '/MemberValidation', make: verify },
  {
    path: '/Posting',
    make: async () => pointsLcp.accrual?.accrue.perform(context(), { member, ...amounts }, attempt),
  },
  {
    path: '/Reversal',
    make: async () =>
      pointsLcp.accrual?.reverse?.perform(context(), { member, original, points: points(1), reason: '' }, attempt),
  },
];

describe('the contract', () => {
  const fixtures = readdirSync(new URL('fixtures', import.meta.url)).map((file) => file.replace('.json', ''));

  it.each(fixtures)('allows the answer %s', (name) => {
    const [operation = '', kind = ''] = name.split('.');
    const id = operation.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
    const status = kind.startsWith('refused') ? 400 : 200;
    expect(contracts.flatMap((contract) => contract.answer(id, status, JSON.parse(fixture(name))))).toEqual([]);
  });

  it.each<[string, object]>([
    ['a posting without a callback', { amount: 1, memberId: '7' }],
    ['a fraction of a point', { callback: 'x', amount: 1.5, memberId: '7' }],
  ])('would catch %s', (_what, body) => {
    const headers = { authorization: 'Basic x', 'content-type': 'application/json' };
    const request = { method: 'POST', url: 'https://lp.example/north/Posting', effect: 'write', headers } as const;
    for (const contract of contracts) {
      expect(contract.request({ ...request, body: JSON.stringify(body) })).not.toEqual([]);
    }
  });
});

describe('an answer other than 200', () => {
  it.each<[number, Record<string, string>, object]>([
    [401, {}, { kind: 'auth', detail: 'HTTP 401' }],
    [403, {}, { kind: 'auth', detail: 'HTTP 403' }],
    [429, { 'retry-after': '7' }, { kind: 'rate-limited', retryAfterMs: 7_000 }],
    [500, {}, { kind: 'unknown-outcome', detail: 'HTTP 500' }],
    [503, { 'retry-after': '7' }, { kind: 'unknown-outcome', detail: 'HTTP 503' }],
    [201, {}, { kind: 'unknown-outcome', detail: 'HTTP 201' }],
    [302, { location: 'https://lp.example/login' }, { kind: 'unknown-outcome', detail: 'HTTP 302' }],
    [408, {}, { kind: 'unknown-outcome', detail: 'HTTP 408' }],
    [404, {}, { kind: 'unmapped', supplierCode: 'HTTP_404' }],
  ])('%i is no success, whatever its body says', async (status, headers, fault) => {
    answers('/MemberValidation', fixture('validate-member.success'), status, headers);
    expect(await faultOf(verify())).toEqual(fault);
  });
});

describe('a fault', () => {
  it('tells neither member nor credentials, whatever the answer quotes', async () => {
    const word = fc.oneof(fc.constantFrom(...SECRETS, 'Error:', 'UNKNOWN', 'MEMBER', ' ', '_'), fc.string());
    const quoting = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
    const content = fc.record(
      {
        status: fc.oneof(fc.constantFrom('failure', 'systemError'), quoting),
        statusMessage: quoting,
        // Handed back as it came: it is the programme's token and no message.
        transactionId: fc.constant('LP-1001'),
        memberId: quoting,
        balance: quoting,
      },
      { requiredKeys: ['status'] },
    );
    const body = fc.oneof(
      content.map((each) => JSON.stringify(each)),
      quoting,
    );
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.constantFrom(200, 400, 401, 404, 429, 500),
        fc.constantFrom(...CALLS),
        async (text, status, call) => {
          answers(call.path, text, status);
          // `faultOf` fails when the fault repeats any of them.
          expect((await faultOf(call.make())).kind).not.toBe('');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a connection', () => {
  const settings = { baseUrl: 'https://lp.example', partner: 'us' };
  const secrets = { username: 'gate', password: 'swordfish' };

  it('trusts callbacks for seven days unless the settings know better', () => {
    expect(configure({ settings, secrets }).windowMs).toBe(604_800_000);
    expect(configure({ settings: { ...settings, windowMs: 7_200_000 }, secrets }).windowMs).toBe(7_200_000);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['an unknown setting', { ...settings, colour: 'red' }, secrets],
    ['an unknown secret', settings, { ...secrets, other: 'x' }],
    ['a partner with a colon', { ...settings, partner: 'a:b' }, secrets],
    ['a user name with a colon', settings, { ...secrets, username: 'a:b' }],
    ['no password', settings, { username: 'gate' }],
    ['an address with credentials', { ...settings, baseUrl: 'https://gate:swordfish@lp.example' }, secrets],
    ['an address of another kind', { ...settings, baseUrl: 'ftp://lp.example' }, secrets],
    ['a window that leaves no time', { ...settings, windowMs: 3_600_000 }, secrets],
  ])('refuses %s, without quoting it', (_what, given, kept) => {
    expect(() => configure({ settings: given, secrets: kept })).toThrow();
    expect(() => configure({ settings: given, secrets: kept })).not.toThrow(/swordfish/);
  });
});
