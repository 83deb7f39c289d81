import type { components, operations } from '../../contracts/generated/opera-cloud.js';
import type { Context, HttpRequest, HttpResponse } from '../../src/spec/adapter.js';
import type { Config } from './config.js';
import { accessToken, dropToken } from './token.js';

/** The contract's own schemas. */
export type Wire = components['schemas'];

type Query<Operation extends keyof operations> = NonNullable<operations[Operation]['parameters']['query']>;
type Connection = Context<Config>;

/** What the look-up and the statement ask for; paging comes on top. */
export type StatisticsQuery = Omit<Query<'getProfileMembershipStatistics'>, 'limit' | 'offset' | 'transactionDetail'>;

/** The supplier's default and, in some environments, its limit. */
const PAGE = { limit: '20' } as const;

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
  const path = `/memberships/${encodeURIComponent(membershipId)}/transactions`;
  return send(context, { method: 'POST', path, effect: 'write', body });
}

/** The first page is asked for without an offset: its documented default is 1 in one call and 0 in the other. */
function page(offset: number): { readonly limit: '20'; readonly offset?: string } {
  return offset === 0 ? PAGE : { ...PAGE, offset: String(offset) };
}

function get(context: Connection, path: string, query: Readonly<Record<string, string>> = {}) {
  const search = new URLSearchParams(query).toString();
  return send(context, { method: 'GET', path: search === '' ? path : `${path}?${search}`, effect: 'read' });
}

interface Call {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly effect: HttpRequest['effect'];
  readonly body?: object;
}

/** A 401 was not processed, so the call goes out once more with a new token; a second one stands. */
async function send(context: Connection, call: Call): Promise<HttpResponse> {
  const token = await accessToken(context);
  const response = await sendWith(token, context, call);
  if (response.status !== 401) return response;
  dropToken(context, token);
  return sendWith(await accessToken(context), context, call);
}

function sendWith(token: string, { config, http }: Connection, call: Call): Promise<HttpResponse> {
  const { body } = call;
  return http.send({
    method: call.method,
    url: `${config.baseUrl}/crm/v1${call.path}`,
    effect: call.effect,
    headers: {
      authorization: `Bearer ${token}`,
      'x-app-key': config.appKey,
      'x-hotelid': config.hotelId,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json;charset=UTF-8' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
