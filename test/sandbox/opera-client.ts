import { call, type Running, type TestAnswer } from './running.js';

export const APP_KEY = '6f1d2c3b-4a59-4e68-8b7a-9c0d1e2f3a4b';

/** Speaks OHIP to the test hotels, with a token of its own. */
export interface OperaClient {
  get(path: string, headers?: Record<string, string>): Promise<TestAnswer>;
  post(path: string, body: unknown): Promise<TestAnswer>;
  /** A query of the reporting API. */
  query(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<TestAnswer>;
  /** The ids that the platform gave a card. */
  idsOf(cardNo: string): Promise<{ readonly profileId: string; readonly membershipId: string }>;
  accrue(membershipId: string, details: Record<string, unknown>): Promise<TestAnswer>;
}

export async function operaClient(running: Running): Promise<OperaClient> {
  const token = await askForToken(running);
  const headers = {
    authorization: `Bearer ${String(token.json['access_token'])}`,
    'x-app-key': APP_KEY,
    'x-hotelid': 'TEST1',
    'content-type': 'application/json',
  };
  const api = `${running.url}/test-hotels/crm/v1`;
  const get = (path: string, more: Record<string, string> = {}): Promise<TestAnswer> =>
    call(`${api}${path}`, { headers: { ...headers, ...more } });
  const post = (path: string, body: unknown): Promise<TestAnswer> =>
    call(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return {
    get,
    post,
    query: (query, variables = {}, more = {}) =>
      call(`${running.url}/test-hotels/rna/v1/graphql`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify({ query, variables }),
      }),
    idsOf: async (cardNo) => {
      const answer = await get(`/membershipsCard/${cardNo}/membershipType/TT/transactions`);
      const [entry] = answer.json['membershipTransactionsSummaryCollection'] as { membershipDetails: Ids }[];
      return {
        profileId: entry?.membershipDetails.profileId.id ?? '',
        membershipId: entry?.membershipDetails.membershipId.id ?? '',
      };
    },
    accrue: (membershipId, details) =>
      post(`/memberships/${membershipId}/transactions`, {
        membershipTransactionDetails: { membershipTransactionDetails: { ...STAY, ...details } },
      }),
  };
}

interface Ids {
  readonly profileId: { readonly id: string };
  readonly membershipId: { readonly id: string };
}

const STAY = {
  hotelId: 'TEST1',
  transactionType: 'ST',
  transactionDate: '2026-03-10',
  stayTimeSpan: { startDate: '2026-03-08', endDate: '2026-03-10' },
  awardPoints: { basePoints: 100, bonusPoints: 20, totalPoints: 120 },
};

/** Asks for a token as the fixture's client, but for what is given otherwise. */
export function askForToken(
  running: Running,
  other: { client?: string; appKey?: string; form?: Record<string, string> } = {},
): Promise<TestAnswer> {
  return call(`${running.url}/test-hotels/oauth/v1/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(other.client ?? 'us:hush').toString('base64')}`,
      'x-app-key': other.appKey ?? APP_KEY,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'urn:test', ...other.form }).toString(),
  });
}
