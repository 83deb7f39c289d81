import { expect } from '@jest/globals';
import nock from 'nock';
import { type Config, configure } from '../../../adapters/reference/config.js';
import { reference } from '../../../adapters/reference/index.js';
import { createAgents } from '../../../src/kit/agents.js';
import { createHttp } from '../../../src/kit/http.js';
import type { Attempt, Context, LoyaltyAdapter, Member } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { contractErrors } from './contract.js';

const origin = 'https://programme.example';
const now = 1_795_305_600_000;
const token = 'a-token-of-more-than-16';
export const pushKey = 'a-push-key-of-more-than-16';

/** What no fault may repeat. */
const secrets = ['RA10000001', 'Wang', 'Xiaoming', token, pushKey];

/** The settings of a programme with a quota of its own; `promises` are what a test is about. */
export const settings = {
  recovery: 'key',
  keyFind: true,
  redemption: 'hold-first',
  refusals: { QUOTA_FULL: 'cap-reached' },
};
export const config = configure({
  settings: { ...settings, baseUrl: `${origin}/partners/`, partner: 'us' },
  secrets: { token, pushKey },
});
export const member: Member = {
  number: 'RA10000001',
  name: { script: 'Latn', family: 'Wang', given: 'Xiaoming' },
  handle: {},
};
export const attempt: Attempt = { reference: '17953056000001234567', createdAt: '2026-11-21T12:00:00Z' };

/** The adapter as a scheme with these promises has it. */
export function promising(promises: Readonly<Record<string, unknown>> = {}): LoyaltyAdapter<Config> {
  const adapter = reference.forSettings?.({ ...settings, ...promises });
  if (adapter === undefined) throw new Error('settings make no difference');
  return adapter;
}

/** A context over the real http of the kit, answered by nock. */
export function context(): Context<Config> {
  const timing = { connectMs: 2_000, firstByteMs: 5_000, totalMs: 5_000 };
  const signal = new AbortController().signal;
  return {
    config,
    http: createHttp({ agents: createAgents({ maxSockets: 4 }), timing, allowedOrigin: origin, signal, secrets }),
    tokens: { get: () => Promise.reject(new Error('this contract has no tokens')), drop: () => undefined },
    now: () => now,
    nonce: () => 'nonce-1',
    signal,
  };
}

interface Exchange {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  /** The contract's schema of the request body, where there is one. */
  readonly schema?: string;
  readonly key?: string;
}

/** What came in at the programme. */
export interface Received {
  readonly body: unknown;
}

/** Makes the programme expect one request, check it by the contract's text and answer, or to break off before it does. */
export function supplier(
  exchange: Exchange,
  status: number | 'lost',
  text = '',
  headers: Readonly<Record<string, string>> = {},
): Received {
  const seen: { body: unknown } = { body: undefined };
  const expected = nock(origin).intercept(`/partners/v1${exchange.path}`, exchange.method);
  if (status === 'lost') {
    expected.replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    return seen;
  }
  expected.reply(function (_uri, body) {
    expect(this.req.headers['authorization']).toEqual(`Bearer ${token}`);
    expect(this.req.headers['idempotency-key']).toEqual(exchange.key);
    seen.body = body === '' ? undefined : typeof body === 'string' ? (JSON.parse(body) as unknown) : body;
    if (exchange.schema !== undefined) expect(contractErrors(exchange.schema, seen.body)).toEqual([]);
    return [status, text, { 'content-type': 'application/json', ...headers }];
  });
  return seen;
}

/** The fault a call ends with; fails when it succeeds, or when the fault repeats a member number, a name or a secret. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AdapterFault)) throw error;
  const told = `${error.message} ${JSON.stringify(error.fault)}`;
  for (const secret of secrets) expect(told).not.toContain(secret);
  return error.fault;
}

/** After each test: nothing is left over, neither a request that was expected nor one on its way. */
export function nothingLeft(): void {
  nock.abortPendingRequests();
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
}
