import type { AccountView, LinkView } from '../../src/core/link/links.js';
import type { OperationView } from '../../src/core/operation/operations.js';
import type { QuoteView } from '../../src/core/redemption/redemptions.js';
import type { SchemeView } from '../../src/core/scheme/schemes.js';
import type { Reward } from '../../src/spec/reward.js';
import { toTypeId } from '../../src/spec/typeid.js';

/** One of each thing that the API shows, with every member filled in somewhere. */
export const linkView: LinkView = {
  id: toTypeId('lnk', '01976a40-0000-7000-8000-000000000001'),
  scheme: 'northwind-air',
  memberNumber: '••••0007',
  travellerRef: 'emp-1001',
  organisation: null,
  tier: 'GOLD',
  state: 'active',
  reason: null,
  verification: 'supplier',
  mergedInto: null,
  clientReference: 'c-1',
  metadata: { source: 'hr' },
  createdAt: '2025-01-02T03:04:05.678Z',
  updatedAt: '2025-01-02T03:04:05.678Z',
};

const anyOperation: Omit<OperationView, 'activity' | 'reward'> = {
  id: toTypeId('op', '01976a40-0000-7000-8000-000000000002'),
  kind: 'accrual',
  state: 'queued',
  scheme: 'northwind-air',
  linkId: linkView.id,
  organisation: 'acme/sales',
  reference: '17620704000001234567',
  clientReference: null,
  metadata: {},
  points: 7,
  bonusPoints: 0,
  supplierReference: null,
  attempts: 0,
  rejection: null,
  termsVersion: '2025-01',
  notBefore: null,
  nextActionAt: '2025-01-02T03:04:20.000Z',
  version: 1,
  createdAt: '2025-01-02T03:04:05.678Z',
  updatedAt: '2025-01-02T03:04:05.678Z',
  originalId: null,
  quoteId: null,
  step: null,
  intent: null,
  hold: null,
  businessDate: null,
  evidence: { by: 'look-up' },
  reviewReason: null,
};

export const operationView: OperationView = {
  ...anyOperation,
  activity: { type: 'other', reference: 'gift-1', description: 'Welcome', date: '2025-01-02' },
};

const railReward: Reward = {
  type: 'rail',
  orderNumber: 'E1',
  trainNumber: 'G7',
  travelDate: '2025-01-02',
  beneficiary: '3',
};

export const quoteView: QuoteView = {
  id: toTypeId('qte', '01976a40-0000-7000-8000-000000000004'),
  linkId: linkView.id,
  scheme: 'china-railway',
  reward: railReward,
  points: 55300,
  cash: null,
  valuePerPoint: { currency: 'CNY', minor: '1.0000' },
  hold: 'native',
  holdNotice: 'The supplier sets the points aside.',
  expiresAt: '2025-01-02T03:14:05.678Z',
  termsVersion: '2017-12-20',
};

export const redemptionView: OperationView = {
  ...anyOperation,
  kind: 'redemption',
  state: 'requested',
  scheme: 'china-railway',
  reward: railReward,
  points: 55300,
  quoteId: quoteView.id,
  step: 'hold',
  intent: 'release',
  hold: { kind: 'native', expiresAt: '2025-01-02T03:34:05.678Z' },
};

export const accountView: AccountView = {
  balance: { available: 1200, pending: null, held: 0 },
  tier: { code: 'GOLD', progress: { current: 31, next: 60, unit: 'nights' } },
  expiring: [{ points: 10, expiresOn: '2026-12-31', source: 'supplier' }],
  asOf: '2025-01-02T03:04:05Z',
  source: 'live',
  stale: false,
};

export const schemeView: SchemeView = {
  id: 'northwind-air',
  name: { zh: '北风航空', en: 'Northwind Air' },
  kind: 'airline',
  adapter: 'points-lcp',
  contract: 'published',
  capabilities: {
    linking: 'credentials',
    account: true,
    statement: false,
    attach: false,
    accrue: 'key',
    reverse: 'none',
    redemption: false,
    refund: false,
    transfer: false,
    settlement: 'ours',
    inbound: false,
    beneficiaries: false,
    claims: false,
    mirror: 'lookup',
  },
  permission: 'live',
  health: 'ok',
  terms: {
    inForce: {
      version: '2025-01',
      effectiveFrom: '2025-01-01',
      basis: 'travel',
      source: 'programme rules',
      accrual: { flight: 'posted-by-us', stay: 'posted-by-supplier' },
      earn: [{ product: 'flight', on: 'fare', currency: 'CNY', pointsPerUnit: 0.5, rounding: 'floor' }],
      tiers: [{ code: 'GOLD', name: { zh: '金卡', en: 'Gold' }, qualifying: { zh: '三十晚', en: 'Thirty nights' } }],
      expiry: { zh: '三年', en: 'Three years' },
      burn: { zh: '机票', en: 'Tickets' },
      redeem: [{ reward: 'flight', currency: 'CNY', pointsPerUnit: 100, minimum: 5000 }],
      claimWindowDays: 90,
    },
    toCome: [],
  },
  linkForm: { type: 'object', properties: {} },
  memberNumber: { pattern: '^NW[0-9]{8}$', description: { zh: 'NW 加八位数字', en: 'NW and eight digits' } },
  pointsScale: 0,
  zone: 'Asia/Shanghai',
};
