import { readFileSync } from 'node:fs';
import nock from 'nock';
import { type Config, configure } from '../../../adapters/points-lcp/config.js';
import { createAgents } from '../../../src/kit/agents.js';
import { createHttp } from '../../../src/kit/http.js';
import type { Attempt, Context, Http, HttpRequest, Member } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { ownContract, realContract } from '../opera-cloud/http-contract.js';

const ORIGIN = 'https://lp.example';
const BASE = `${ORIGIN}/north`;

/** What no fault may repeat: the member, the credentials, and the credentials as they travel. */
export const SECRETS = ['7012345678', 'WANG', 'XIAOMING', 'gate', 'swordfish', 'Z2F0ZTpzd29yZGZpc2g='];

export const config = configure({
  settings: { baseUrl: `${BASE}/`, partner: 'us' },
  secrets: { username: 'gate', password: 'swordfish' },
});
export const member: Member = {
  number: '7012345678',
  name: { script: 'Latn', family: 'WANG', given: 'XIAOMING' },
  handle: {},
};
export const attempt: Attempt = { reference: '17953056000001234567', createdAt: '2026-11-21T12:00:00.000Z' };

const own = ownContract('points-lcp', BASE);
export const contracts = [own, ...realContract([['points-lcp/points-lp-api.openapi.yaml', BASE]])];

/**
 * A context over the kit's own http, answered by nock; a request that breaks a contract never leaves and fails the
 * test.
 */
export function context(): Context<Config> {
  const timing = { connectMs: 2_000, firstByteMs: 500, totalMs: 5_000 };
  const signal = new AbortController().signal;
  const agents = createAgents({ maxSockets: 4 });
  const http = createHttp({ agents, timing, allowedOrigin: ORIGIN, signal, secrets: SECRETS });
  const send = (request: HttpRequest) => {
    const broken = contracts.flatMap((contract) => contract.request(request));
    if (broken.length > 0) throw new Error(`the request breaks the contract: ${broken.join('; ')}`);
    return http.send(request);
  };
  // Only our own document has the statement.
  const download: Http['download'] = (request) => {
    const broken = own.request({ ...request, effect: 'read' });
    if (broken.length > 0) throw new Error(`the request breaks the contract: ${broken.join('; ')}`);
    return http.download(request);
  };
  const tokens = { get: () => Promise.reject(new Error('this contract has no tokens')), drop: () => undefined };
  return {
    config,
    http: { send, download },
    tokens,
    now: () => Date.parse(attempt.createdAt),
    nonce: () => 'n',
    signal,
  };
}

/** What came in at the supplier, filled in when it does. */
export interface Received {
  body?: unknown;
  authorization?: string | undefined;
}

/** Makes the supplier answer the next request of a path. */
export function answers(path: string, body: string, status = 200, headers: Record<string, string> = {}): Received {
  const received: Received = {};
  nock(ORIGIN)
    .post(`/north${path}`)
    .reply(function (_uri, sent) {
      received.body = sent;
      received.authorization = this.req.headers['authorization'];
      return [status, body, { 'content-type': 'application/json', ...headers }];
    });
  return received;
}

/** Makes the supplier take the next request of a path and never answer in time. */
export function hangs(path: string): void {
  nock(ORIGIN).post(`/north${path}`).delay(10_000).reply(200, fixture('transact.success'));
}

/** Makes the supplier take the next request of a path and send half an answer. */
export function breaksOff(path: string): void {
  nock(ORIGIN).post(`/north${path}`).reply(200, fixture('transact.success'), { 'content-length': '900' });
}

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
}

/** The fault a call ends with; fails when it succeeds, or when the fault repeats anything of `SECRETS`. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AdapterFault)) throw error;
  const told = `${error.message} ${JSON.stringify(error.fault)} ${error.stack ?? ''}`;
  const leaked = SECRETS.filter((secret) => told.includes(secret));
  if (leaked.length > 0) throw new Error(`the fault tells ${leaked.join(', ')}`);
  return error.fault;
}

/**
 * Registers what every file of these tests does after each test: nothing is left waiting, nothing was expected in
 * vain.
 */
export function leaveNothingBehind(): void {
  nock.abortPendingRequests();
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`never asked for: ${unused.join(', ')}`);
}
