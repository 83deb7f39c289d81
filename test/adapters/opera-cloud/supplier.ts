import { readFileSync } from 'node:fs';
import nock from 'nock';
import { type Config, configure } from '../../../adapters/opera-cloud/config.js';
import { createAgents } from '../../../src/kit/agents.js';
import { createHttp } from '../../../src/kit/http.js';
import type { Attempt, Context, HttpRequest, Member, TokenCache } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { ownContract, realContract } from './http-contract.js';

const ORIGIN = 'https://ohip.example';
const BASE = `${ORIGIN}/harbour`;

/** What no fault may repeat: the member, the credentials, and the credentials as they travel. */
export const SECRETS = ['HH123456789', 'WANG', 'XIAOMING', 'shop', 'swordfish', 'token-1', 'c2hvcDpzd29yZGZpc2g='];

export const connection = {
  settings: { baseUrl: `${BASE}/`, hotelId: 'HARB1', membershipType: 'HH' },
  secrets: {
    clientId: 'shop',
    clientSecret: 'swordfish',
    appKey: '6f1d2c3b-4a59-4e68-8b7a-9c0d1e2f3a4b',
    scope: 'urn:opc:hgbu:ws:__myscopes__',
  },
};
export const config = configure(connection);
export const member: Member = {
  number: 'HH123456789',
  name: { script: 'Latn', family: 'WANG', given: 'XIAOMING' },
  handle: { membershipId: 'M-501', profileId: 'P-77' },
};
export const attempt: Attempt = { reference: '17953056000001234567', createdAt: '2026-11-21T12:00:00.000Z' };

const own = ownContract('opera-cloud', BASE);
const rest = [
  own,
  ...realContract([
    ['opera-cloud/crm-loyalty-subset.derived.json', `${BASE}/crm/v1`],
    ['opera-cloud/oauth.json', `${BASE}/oauth/v1`],
  ]),
];
export const LISTING = '/rna/v1/graphql';

/** What a call is held against: the supplier's own documents are about REST only, its GraphQL schema is `graphql-names.ts`'s. */
export function contractsOf(call: 'rest' | 'graphql') {
  return call === 'rest' ? rest : [own];
}

/** One token that is always there, so that a test is about its own call. */
const oneToken: TokenCache = { get: () => Promise.resolve('token-1'), drop: () => undefined };

/**
 * A context over the kit's own http, answered by nock; a request that breaks a contract never leaves and fails the
 * test.
 */
export function context(
  tokens = oneToken,
  now = Date.parse(attempt.createdAt),
  settings: Readonly<Record<string, unknown>> = {},
): Context<Config> {
  const config = configure({ ...connection, settings: { ...connection.settings, ...settings } });
  const timing = { connectMs: 2_000, firstByteMs: 500, totalMs: 5_000 };
  const signal = new AbortController().signal;
  const agents = createAgents({ maxSockets: 4 });
  const http = createHttp({ agents, timing, allowedOrigin: ORIGIN, signal, secrets: SECRETS });
  const send = (request: HttpRequest) => {
    const contracts = contractsOf(request.url.endsWith(LISTING) ? 'graphql' : 'rest');
    const broken = contracts.flatMap((contract) => contract.request(request));
    if (broken.length > 0) throw new Error(`the request breaks the contract: ${broken.join('; ')}`);
    return http.send(request);
  };
  const download = () => Promise.reject(new Error('this contract has no files'));
  return { config, http: { send, download }, tokens, now: () => now, nonce: () => 'n', signal };
}

/** What came in at the supplier, filled in when it does. */
export interface Received {
  query?: unknown;
  body?: unknown;
  headers?: Record<string, unknown>;
}

interface Answer {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

export const CARD = '/crm/v1/membershipsCard/HH123456789/membershipType/HH/transactions';
export const DETAILS = '/crm/v1/profiles/P-77/memberships/info';
export const EXPIRING = '/crm/v1/memberships/M-501/pointsToExpire';
export const STATISTICS = '/crm/v1/profileMembershipStatistics';
export const TRANSACTIONS = '/crm/v1/memberships/M-501/transactions';
export const TOKENS = '/oauth/v1/tokens';
export const CREATED: Answer = {
  status: 201,
  body: fixture('post-membership-transaction.created'),
  headers: { location: `${BASE}/crm/v1/membershipTransactions/T-9001` },
};

/** Makes the supplier answer the next request of a path; POST where the path is one that is posted to. */
export function answers(path: string, answer: Answer): Received {
  const received: Received = {};
  next(path)
    .query((query) => {
      received.query = query;
      return true;
    })
    .reply(function (_uri, sent) {
      received.body = sent;
      received.headers = this.req.headers;
      return [answer.status ?? 200, answer.body ?? '', { 'content-type': 'application/json', ...answer.headers }];
    });
  return received;
}

/** Makes the supplier take the next request of a path and never answer in time. */
export function hangs(path: string): void {
  next(path).query(true).delay(10_000).reply(201, CREATED.body, CREATED.headers);
}

/** Makes the supplier take the next request of a path and send half an answer. */
export function breaksOff(path: string): void {
  next(path)
    .query(true)
    .reply(201, CREATED.body, { ...CREATED.headers, 'content-length': '9000' });
}

function next(path: string): nock.Interceptor {
  return nock(ORIGIN).intercept(`/harbour${path}`, [TOKENS, TRANSACTIONS, LISTING].includes(path) ? 'POST' : 'GET');
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

/** For after each test: nothing is left waiting, and nothing was expected in vain. */
export function leaveNothingBehind(): void {
  nock.abortPendingRequests();
  const unused = nock.pendingMocks();
  nock.cleanAll();
  if (unused.length > 0) throw new Error(`never asked for: ${unused.join(', ')}`);
}
