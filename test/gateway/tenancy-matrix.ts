import { newTrip } from './requests.js';
import { rewardFor } from '../support/travellers.js';
import { RESYNCS } from './support-desk.js';

/** Everything of one tenant's that a request can name; `run` is of a connection of its own, as a shared one's is everybody's. */
export type Names = Readonly<
  Record<
    | 'link'
    | 'traveller'
    | 'memberNumber'
    | 'accrual'
    | 'reference'
    | 'quote'
    | 'redemption'
    | 'run'
    | 'break'
    | 'resync'
    | 'approval'
    | 'requeue'
    | 'connection',
    string
  >
>;

/** A request below a route: what stands behind its path, and its body. */
export interface Question {
  readonly query?: string;
  readonly scheme?: string;
  readonly body?: object | string;
  /** What it is answered with, whosever the named things are. */
  readonly status: number;
}

/**
 * What a route has to do with tenants. Its path names something of a tenant's (`of`; `otherwise` is something of the same tenant's that
 * it does not name); or it is the operator's alone; or its path names nothing, and `asks` are questions that name somebody's things.
 */
export type Row =
  | { readonly of: keyof Names; readonly otherwise: keyof Names; readonly body?: object }
  | { readonly of: 'operator'; readonly body?: object }
  | { readonly of: 'nobody'; readonly asks: (names: Names) => readonly Question[] };

const reason = 'not theirs';
const reads = (...queries: string[]): Row => ({
  of: 'nobody',
  asks: () => ['', ...queries].map((query) => ({ query, status: 200 })),
});
const accrual = (linkId: string) => ({ linkId, activity: newTrip('china-railway'), points: 10 });
const settings = { baseUrl: 'https://lp.example.com', partner: 'p' };
const secrets = { username: 'interline', password: 'p' };

/** Every route of the contract that needs a key; one without a row here fails a test, and so does a row without its route. */
export const MATRIX: Readonly<Record<string, Row>> = {
  'GET /v1/schemes': reads(),
  'GET /v1/schemes/{scheme}': { of: 'nobody', asks: () => [{ scheme: 'phoenix-miles', status: 200 }] },
  'POST /v1/links': {
    of: 'nobody',
    // Their number without what proves that it is one's own.
    asks: ({ memberNumber }) => [
      {
        body: {
          ...{ scheme: 'china-railway', memberNumber, holder: { familyName: 'Not', givenName: 'Theirs' } },
          ...{ travellerRef: 'x', consent: { basis: 'contract', grantedAt: '2026-01-01T00:00:00Z' } },
        },
        status: 422,
      },
    ],
  },
  'GET /v1/links': {
    of: 'nobody',
    asks: ({ traveller }) =>
      ['', '?scheme=china-railway', '?state=active', `?travellerRef=${traveller}`, '?limit=200'].map((query) => ({
        query,
        status: 200,
      })),
  },
  'GET /v1/links/{id}': { of: 'link', otherwise: 'accrual' },
  'GET /v1/links/{id}/account': { of: 'link', otherwise: 'accrual' },
  'GET /v1/links/{id}/statement': { of: 'link', otherwise: 'accrual' },
  'GET /v1/links/{id}/timeline': { of: 'link', otherwise: 'accrual' },
  'GET /v1/travellers/{ref}': { of: 'traveller', otherwise: 'accrual' },
  'POST /v1/accruals': { of: 'nobody', asks: ({ link }) => [{ body: accrual(link), status: 404 }] },
  'POST /v1/accruals/batch': {
    of: 'nobody',
    asks: ({ link }) => [{ body: JSON.stringify({ idempotencyKey: 'a line', ...accrual(link) }), status: 200 }],
  },
  'POST /v1/accruals/{id}/reversal': { of: 'accrual', otherwise: 'redemption', body: { reason } },
  'POST /v1/quotes': {
    of: 'nobody',
    asks: ({ link }) => [{ body: { linkId: link, reward: rewardFor('northwind-air'), points: 100 }, status: 404 }],
  },
  'POST /v1/redemptions': { of: 'nobody', asks: ({ quote }) => [{ body: { quoteId: quote }, status: 404 }] },
  'POST /v1/redemptions/{id}/confirm': { of: 'redemption', otherwise: 'accrual', body: {} },
  'POST /v1/redemptions/{id}/release': { of: 'redemption', otherwise: 'accrual', body: {} },
  'POST /v1/redemptions/{id}/refund': { of: 'redemption', otherwise: 'accrual', body: { reason } },
  'GET /v1/operations': {
    of: 'nobody',
    asks: ({ link }) =>
      ['', '?scheme=china-railway', '?state=posted', '?kind=accrual', '?limit=200', `?linkId=${link}`].map((query) => ({
        query,
        status: 200,
      })),
  },
  'GET /v1/operations/{id}': { of: 'accrual', otherwise: 'link' },
  'GET /v1/operations/{id}/explanation': { of: 'accrual', otherwise: 'link' },
  'POST /v1/support/reconciliations': {
    of: 'nobody',
    asks: () => [{ body: { scheme: 'phoenix-miles', businessDate: '2026-01-01' }, status: 202 }],
  },
  'GET /v1/support/reconciliations/{id}': { of: 'run', otherwise: 'break' },
  'GET /v1/support/reconciliations/{id}/breaks': { of: 'run', otherwise: 'break' },
  'POST /v1/support/reconciliations/{id}/sign-off': { of: 'run', otherwise: 'break', body: { reason } },
  'POST /v1/support/breaks/{id}/actions': {
    of: 'break',
    otherwise: 'run',
    body: { action: 'assign', reason, owner: 'ops-7' },
  },
  [`POST ${RESYNCS}`]: {
    of: 'nobody',
    asks: ({ link, accrual: operation }) => [
      { body: { scope: { linkId: link }, reason }, status: 404 },
      { body: { scope: { operationIds: [operation] }, reason }, status: 404 },
    ],
  },
  [`GET ${RESYNCS}/{id}`]: { of: 'resync', otherwise: 'run' },
  [`GET ${RESYNCS}/{id}/items`]: { of: 'resync', otherwise: 'run' },
  'GET /v1/support/operations': reads('?scheme=china-railway&limit=200', '?state=posted', '?olderThan=0&order=oldest'),
  'GET /v1/support/operations/{id}': { of: 'accrual', otherwise: 'link' },
  'POST /v1/support/operations/{id}/actions': {
    of: 'accrual',
    otherwise: 'link',
    body: { action: 'cancel', reason },
  },
  'GET /v1/support/approvals': reads('?limit=200', '?state=pending'),
  'GET /v1/support/approvals/{id}': { of: 'approval', otherwise: 'requeue' },
  'POST /v1/support/approvals/{id}': { of: 'approval', otherwise: 'requeue', body: { decision: 'decline', reason } },
  'POST /v1/support/requeues': {
    of: 'nobody',
    asks: ({ accrual: operation, requeue }) => [
      { body: { scope: { operationIds: [operation] }, action: 'look-up', dryRun: true, reason }, status: 404 },
      {
        body: { scope: { scheme: 'china-railway' }, action: 'look-up', dryRun: false, previewId: requeue, reason },
        status: 404,
      },
    ],
  },
  'GET /v1/support/requeues/{id}': { of: 'requeue', otherwise: 'approval' },
  'POST /v1/support/search': {
    of: 'nobody',
    asks: (names) => Object.values(names).map((query: string) => ({ body: { query }, status: 200 })),
  },
  'GET /v1/support/schemes/{scheme}': {
    of: 'nobody',
    asks: () => ['phoenix-miles', 'china-railway'].map((scheme) => ({ scheme, status: 200 })),
  },
  'POST /v1/support/schemes/{scheme}/actions': {
    of: 'nobody',
    asks: () => [
      { scheme: 'phoenix-miles', body: { action: 'pause', reason }, status: 200 },
      { scheme: 'phoenix-miles', body: { action: 'resume', reason }, status: 200 },
      { scheme: 'china-railway', body: { action: 'pause', reason }, status: 403 },
    ],
  },
  'GET /v1/admin/connections': { of: 'operator' },
  'POST /v1/admin/connections': {
    of: 'operator',
    body: { scheme: 'northwind-air', settings, secrets, reason },
  },
  'GET /v1/admin/connections/{id}': { of: 'operator' },
  'PATCH /v1/admin/connections/{id}': { of: 'operator', body: { state: 'paused', reason } },
  'POST /v1/admin/connections/{id}/check': { of: 'operator' },
};
