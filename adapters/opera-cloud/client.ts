import type { components, operations } from '../../contracts/generated/opera-cloud.js';
import { type Grant, withToken } from '../../src/kit/client-credentials.js';
import type { Context, HttpRequest, HttpResponse } from '../../src/spec/adapter.js';
import type { Config } from './config.js';

/** The contract's own schemas. */
export type Wire = components['schemas'];

type Query<Operation extends keyof operations> = NonNullable<operations[Operation]['parameters']['query']>;
type Connection = Context<Config>;

/** What the look-up and the statement ask for; paging comes on top. */
export type StatisticsQuery = Omit<Query<'getProfileMembershipStatistics'>, 'limit' | 'offset' | 'transactionDetail'>;

/** The supplier's default and, in some environments, its limit. */
const PAGE = { limit: '20' } as const;
const CRM = '/crm/v1';

export function getMembershipTransactionsSummaryByCardNo(context: Connection, cardNo: string): Promise<HttpResponse> {
  const type = encodeURIComponent(context.config.membershipType);
  return get(context, `/membershipsCard/${encodeURIComponent(cardNo)}/membershipType/${type}/transactions`);
}

export function getMembershipDetails(
  context: Connection,
  profileId: string,
  query: Query<'getMembershipDetails'>,
): Promise<HttpResponse> {
  return get(context, `/profiles/${encodeURIComponent(profileId)}/memberships/info`, query);
}

export function getMemberPointsToExpire(
  context: Connection,
  membershipId: string,
  offset: number,
): Promise<HttpResponse> {
  return get(context, `/memberships/${encodeURIComponent(membershipId)}/pointsToExpire`, page(offset));
}

export function getProfileMembershipStatistics(
  context: Connection,
  query: StatisticsQuery,
  offset: number,
): Promise<HttpResponse> {
  return get(context, '/profileMembershipStatistics', { ...query, transactionDetail: 'true', ...page(offset) });
}

export function postMembershipTransaction(
  context: Connection,
  membershipId: string,
  body: Wire['MembershipTransaction'],
): Promise<HttpResponse> {
  const path = `${CRM}/memberships/${encodeURIComponent(membershipId)}/transactions`;
  return send(context, { method: 'POST', path, effect: 'write', body });
}

/** A query of the reporting API: it reads, whatever its method. */
export function queryLoyaltyTransactions(context: Connection, body: Wire['LoyaltyQuery']): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: context.config.graphqlPath, effect: 'read', body });
}

/** The first page is asked for without an offset: its documented default is 1 in one call and 0 in the other. */
function page(offset: number): { readonly limit: '20'; readonly offset?: string } {
  return offset === 0 ? PAGE : { ...PAGE, offset: String(offset) };
}

function get(context: Connection, path: string, query: Readonly<Record<string, string>> = {}) {
  const search = new URLSearchParams(query).toString();
  return send(context, { method: 'GET', path: CRM + (search === '' ? path : `${path}?${search}`), effect: 'read' });
}

type Call = Pick<HttpRequest, 'method' | 'effect'> & { readonly path: string; readonly body?: object };

function send(context: Connection, { method, path, effect, body }: Call): Promise<HttpResponse> {
  const { config, http } = context;
  return withToken(context, grantOf(config), (token) =>
    http.send({
      method,
      url: `${config.baseUrl}${path}`,
      effect,
      headers: {
        authorization: `Bearer ${token}`,
        'x-app-key': config.appKey,
        'x-hotelid': config.hotelId,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json;charset=UTF-8' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

function grantOf({ baseUrl, clientId, clientSecret, scope, appKey }: Config): Grant {
  return { url: `${baseUrl}/oauth/v1/tokens`, clientId, clientSecret, scope, headers: { 'x-app-key': appKey } };
}
