import { toTypeId } from '../../src/spec/typeid.js';
import { LINK_ID, OPERATION_ID, QUOTE_ID } from './fakes.js';
import { APPROVAL_ID } from './support-desk-fakes.js';
import { BREAK_ID, RUN_ID } from './support-fakes.js';

/** Bodies that are right in every way; tests break one thing at a time. */
export const linkBody = {
  scheme: 'northwind-air',
  memberNumber: 'NW12345678',
  holder: { familyName: 'Meyer', givenName: 'Anna' },
  travellerRef: 'emp-1001',
  consent: { basis: 'contract', grantedAt: '2025-01-01T08:00:00Z' },
};

export const otherActivity = { type: 'other', reference: 'gift-1', description: 'Welcome', date: '2024-02-29' };

export const flightActivity = {
  type: 'flight',
  ticketNumber: '9991234567890',
  coupon: 1,
  marketingCarrier: 'NW',
  flightNumber: '123',
  origin: 'PVG',
  destination: 'HKG',
  departureDate: '2025-01-02',
  bookingClass: 'Y',
};

export const stayActivity = {
  type: 'stay',
  property: 'HH-SHA',
  confirmation: 'C1',
  checkIn: '2025-01-02',
  checkOut: '2025-01-04',
};

export const railActivity = {
  type: 'rail',
  orderNumber: 'E1',
  trainNumber: 'G7',
  origin: '北京南',
  destination: '上海虹桥',
  travelDate: '2025-01-02',
  fare: { currency: 'CNY', minor: 55300 },
};

export const accrualBody = { linkId: LINK_ID, activity: otherActivity, points: 500 };

export const reversalBody = { points: 200, reason: 'Fare difference refunded' };

/** One reward of each type, every member given. */
export const rewards = [
  {
    type: 'flight',
    carrier: 'NW',
    flightNumber: '123',
    origin: 'PVG',
    destination: 'HKG',
    departureDate: '2030-01-02',
    bookingClass: 'X',
    bookingReference: 'ABC123',
  },
  {
    type: 'stay',
    property: 'HH-SHA',
    checkIn: '2030-01-02',
    checkOut: '2030-01-04',
    roomType: 'DLX',
    bookingReference: 'C1',
  },
  {
    type: 'rail',
    orderNumber: 'E1',
    trainNumber: 'G7',
    origin: '北京南',
    destination: '上海虹桥',
    travelDate: '2030-01-02',
    seatClass: '2',
    beneficiary: '3',
  },
  { type: 'upgrade', bookingReference: 'ABC123', to: 'J' },
  { type: 'gift', sku: 'MUG-1', quantity: 2 },
  { type: 'cash-off', reference: 'order-1', description: 'Money off the room' },
] as const;

export const quoteBody = { linkId: LINK_ID, reward: rewards[2], price: { currency: 'CNY', minor: 55300 } };

export const redemptionBody = { quoteId: QUOTE_ID, clientReference: 'order-5568' };

export const refundBody = { points: 200, reason: 'Flight cancelled' };

export const resyncBody = {
  scope: {
    scheme: 'china-railway',
    linkId: LINK_ID,
    operationIds: [OPERATION_ID],
    from: '2025-01-02T00:00:00Z',
    to: '2025-01-03T00:00:00Z',
  },
  dryRun: true,
  reason: 'Traveller misses points',
};

export const connectionBody = {
  scheme: 'northwind-air',
  tenantId: toTypeId('ten', '01976a40-0000-7000-8000-00000000000a'),
  settings: { baseUrl: 'https://lp.example.com', partner: 'interline' },
  secrets: { username: 'interline', password: 'sesame' },
  timing: 'fast',
  reason: 'Contract signed in October',
};

/** Every POST of the contract that takes JSON, with a body that is right in every way. */
export const posts: Readonly<Record<string, { readonly path: string; readonly body: object }>> = {
  createLink: { path: '/v1/links', body: linkBody },
  createAccrual: { path: '/v1/accruals', body: accrualBody },
  createReversal: { path: `/v1/accruals/${OPERATION_ID}/reversal`, body: reversalBody },
  createQuote: { path: '/v1/quotes', body: quoteBody },
  createRedemption: { path: '/v1/redemptions', body: redemptionBody },
  confirmRedemption: { path: `/v1/redemptions/${OPERATION_ID}/confirm`, body: {} },
  releaseRedemption: { path: `/v1/redemptions/${OPERATION_ID}/release`, body: {} },
  createRefund: { path: `/v1/redemptions/${OPERATION_ID}/refund`, body: refundBody },
  createReconciliation: {
    path: '/v1/support/reconciliations',
    body: { scheme: 'china-railway', businessDate: '2025-01-02' },
  },
  signOffReconciliation: { path: `/v1/support/reconciliations/${RUN_ID}/sign-off`, body: { reason: 'All explained' } },
  actOnBreak: {
    path: `/v1/support/breaks/${BREAK_ID}/actions`,
    body: { action: 'assign', reason: 'Ours to find out', owner: 'ops-7' },
  },
  createResync: { path: '/v1/support/resyncs', body: resyncBody },
  actOnOperation: {
    path: `/v1/support/operations/${OPERATION_ID}/actions`,
    body: { action: 'settle', reason: 'Supplier wrote', evidence: { outcome: 'posted', supplierReference: 'S-1' } },
  },
  decideApproval: {
    path: `/v1/support/approvals/${APPROVAL_ID}`,
    body: { decision: 'approve', reason: 'Seen the mail' },
  },
  createRequeue: {
    path: '/v1/support/requeues',
    body: {
      scope: { scheme: 'china-railway', reviewReason: 'absent', olderThan: 60, operationIds: [OPERATION_ID] },
      action: 'look-up',
      dryRun: true,
      reason: 'Outage',
    },
  },
  supportSearch: { path: '/v1/support/search', body: { query: '9991234567890' } },
  actOnScheme: {
    path: '/v1/support/schemes/northwind-air/actions',
    body: { action: 'pause', reason: 'Supplier maintenance' },
  },
  createConnection: { path: '/v1/admin/connections', body: connectionBody },
};
