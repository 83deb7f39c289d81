import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import { createTokenCache } from '../../../src/kit/token-cache.js';
import type { TokenCache } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';
import {
  answers,
  attempt,
  breaksOff,
  CARD,
  CREATED,
  context,
  faultOf,
  fixture,
  hangs,
  leaveNothingBehind,
  member,
  TOKENS,
  TRANSACTIONS,
} from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const granted = { body: fixture('get-token.granted') };
const another = { body: fixture('get-token.granted').replace('token-1', 'token-2') };
const card = { body: fixture('get-membership-transactions-summary-by-card-no.one') };
const activity = { type: 'other', reference: 'SPA-1', description: 'Spa', date: '2026-11-20' } as const;

const verify = async (tokens: TokenCache) =>
  operaCloud.linking?.verify(context(tokens), { memberNumber: member.number, name: member.name, form: {} });
const accrue = async (tokens: TokenCache) =>
  operaCloud.accrual?.accrue.perform(
    context(tokens),
    { member, activity, points: points(10), bonusPoints: points(0) },
    attempt,
  );

describe('the access token', () => {
  it('is asked for with client credentials', async () => {
    const received = answers(TOKENS, granted);
    const call = answers(CARD, card);
    await verify(createTokenCache(() => 0));
    const body = 'grant_type=client_credentials&scope=urn%3Aopc%3Ahgbu%3Aws%3A__myscopes__';
    expect(new URLSearchParams(received.body as Record<string, string>).toString()).toBe(body);
    expect(received.headers).toMatchObject({
      authorization: 'Basic c2hvcDpzd29yZGZpc2g=',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(call.headers).toMatchObject({ authorization: 'Bearer token-1' });
  });

  it('is made once for all calls until it ends', async () => {
    let now = 0;
    const tokens = createTokenCache(() => now);
    answers(TOKENS, granted);
    for (let call = 0; call < 3; call += 1) answers(CARD, card);
    await Promise.all([verify(tokens), verify(tokens)]);
    await verify(tokens);
    now = 3_600_000;
    answers(TOKENS, another);
    const later = answers(CARD, card);
    await verify(tokens);
    expect(later.headers).toMatchObject({ authorization: 'Bearer token-2' });
  });

  it('is made anew when the gateway refuses it, and the call goes out once more', async () => {
    const tokens = createTokenCache(() => 0);
    answers(TOKENS, granted);
    const first = answers(TRANSACTIONS, { status: 401 });
    answers(TOKENS, another);
    const second = answers(TRANSACTIONS, CREATED);
    expect(await accrue(tokens)).toMatchObject({ supplierReference: 'T-9001' });
    expect(second.headers).toMatchObject({ authorization: 'Bearer token-2' });
    expect(second.body).toEqual(first.body);
  });

  it('is refused for good at the second 401', async () => {
    answers(TOKENS, granted);
    answers(TRANSACTIONS, { status: 401 });
    answers(TOKENS, another);
    answers(TRANSACTIONS, { status: 401 });
    expect(await faultOf(accrue(createTokenCache(() => 0)))).toEqual({ kind: 'auth', detail: 'HTTP 401' });
  });

  it.each([
    [400, { kind: 'auth', detail: 'token: HTTP 400' }],
    [401, { kind: 'auth', detail: 'HTTP 401' }],
    [402, { kind: 'auth', detail: 'token: HTTP 402' }],
    [403, { kind: 'auth', detail: 'HTTP 403' }],
    [404, { kind: 'not-sent', detail: 'token: HTTP 404' }],
    [429, { kind: 'rate-limited', retryAfterMs: 3_000 }],
    [503, { kind: 'not-sent', detail: 'no token: HTTP 503' }],
  ])('cannot be had at a %i, and the write has not been sent', async (status, fault) => {
    answers(TOKENS, { status, headers: { 'retry-after': '3' } });
    expect(await faultOf(accrue(createTokenCache(() => 0)))).toEqual(fault);
  });

  it.each([['hangs', hangs] as const, ['breaks off', breaksOff] as const])(
    'is no unknown outcome of the write that needs it when its answer %s',
    async (_how, loses) => {
      loses(TOKENS);
      expect((await faultOf(accrue(createTokenCache(() => 0)))).kind).toBe('not-sent');
    },
  );

  it.each(['<html>Please log in</html>', '{"expires_in":3600}', '{"access_token":"token-1","expires_in":"3600"}'])(
    'is not taken from %s',
    async (body) => {
      answers(TOKENS, { body });
      expect((await faultOf(accrue(createTokenCache(() => 0)))).kind).toBe('not-sent');
    },
  );
});
