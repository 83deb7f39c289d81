import { expect } from '@jest/globals';
import nock from 'nock';
import { type Config, configure } from '../../../adapters/cn-partner/config.js';
import { createAgents } from '../../../src/kit/agents.js';
import { createHttp } from '../../../src/kit/http.js';
import type { Attempt, Context, Member } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { contractErrors, expectedSignature, fixture } from './contract.js';

const origin = 'https://rail.example';
const key = 'a-secret-of-more-than-16';
const now = 1_795_305_600_000;

/** What no fault may repeat. */
const secrets = ['CR0000000017', '王小明', '王', '小明', '123X', key];

export const config = configure({
  settings: { baseUrl: `${origin}/gateway/`, partnerId: 'us', brand: 'china-railway', posting: 'at-once' },
  secrets: { hmacKey: key },
});
export const member: Member = {
  number: 'CR0000000017',
  name: { script: 'Hani', family: '王', given: '小明' },
  handle: {},
};
export const attempt: Attempt = { reference: '17953056000001234567', createdAt: '2026-11-21T12:00:00Z' };

/** A context over the real http of the kit, answered by nock. */
export function context(): Context<Config> {
  const timing = { connectMs: 2_000, firstByteMs: 500, totalMs: 5_000 };
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
  readonly path: string;
  /** The contract's schema of the request body, where there is one. */
  readonly schema?: string;
  readonly key?: string;
}

/** What came in at the supplier. */
export interface Received {
  readonly body: unknown;
}

/** Makes the supplier expect one request, check it by the contract's text and answer, or never answer in time. */
export function supplier(exchange: Exchange, status: number | 'lost', answer = ''): Received {
  const path = `/gateway/partner/v1${exchange.path}`;
  const seen: { body: unknown } = { body: undefined };
  const expected = nock(origin).intercept(path, exchange.method);
  if (status === 'lost') {
    expected.delay(10_000).reply(201);
    return seen;
  }
  expected.reply(function (_uri, body) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = this.req.headers;
    const lines: [string, string, string, string] = [exchange.method, path, String(now), 'nonce-1'];
    expect(headers['x-partner-id']).toEqual('us');
    expect(headers['x-timestamp']).toEqual(String(now));
    expect(headers['x-nonce']).toEqual('nonce-1');
    expect(headers['x-signature']).toEqual(expectedSignature(key, lines, text));
    expect(headers['idempotency-key']).toEqual(exchange.key);
    seen.body = text === '' ? undefined : (JSON.parse(text) as unknown);
    if (exchange.schema !== undefined) expect(contractErrors(exchange.schema, seen.body)).toEqual([]);
    return [status, answer, { 'content-type': 'application/json' }];
  });
  return seen;
}

/** A fixture that is first held against the contract, so that no test reads an answer the supplier could not give. */
export function answer(name: string, schema: string): string {
  const text = fixture(name);
  expect(contractErrors(schema, JSON.parse(text))).toEqual([]);
  return text;
}

/** The fault a call ends with; fails when it succeeds, or when the fault repeats a member number, a name or the key. */
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
