import type { SchemeFacts } from '../../../src/core/operation/prepare.js';
import type { OperationRow } from '../../../src/core/operation/row.js';
import { prepareRedemption } from '../../../src/core/redemption/prepare-redemption.js';
import type { QuoteRow, RedemptionGround } from '../../../src/core/redemption/ports.js';
import type { HoldStep, RedemptionInput, RedemptionPort, RefundInput, Write } from '../../../src/spec/adapter.js';
import type { Reward } from '../../../src/spec/reward.js';
import type { BurnRule, Scheme } from '../../../src/spec/scheme.js';
import {
  ACTIVE_LINK,
  LINK,
  lookupWrite,
  OPERATION,
  schemeFacts,
  TENANT,
  TERMS,
  WHOLE_TENANT,
} from '../operation/fake-scheme.js';
import { receipt } from '../operation/situations.js';

export const NOW = new Date('2026-03-02T01:00:00.000Z');
export const QUOTE = '01900000-0000-7000-8000-0000000000e1';

/** A flight for 12.34 yuan, a hundred points a yuan. */
export const REWARD: Reward = {
  type: 'flight',
  carrier: 'BA',
  flightNumber: '1501',
  origin: 'PEK',
  destination: 'SHA',
  departureDate: '2026-04-01',
};
const BURN: readonly BurnRule[] = [
  { reward: 'flight', currency: 'CNY', pointsPerUnit: 100 },
  { reward: 'cash-off', currency: 'CNY', pointsPerUnit: 80, minimum: 500 },
];

const confirm: Write<RedemptionInput, never> = lookupWrite();
const step: HoldStep<never> = {
  idempotency: 'key',
  windowMs: () => 604_800_000,
  perform: async () => receipt(),
  find: async () => ({ found: 'absent' }),
};
const refund: Write<RefundInput, never> = lookupWrite();

export const ONE_STEP: RedemptionPort<never> = { flow: 'one-step', rewards: ['flight', 'cash-off'], confirm, refund };
export const HOLD_FIRST: RedemptionPort<never> = {
  flow: 'hold-first',
  rewards: ['flight'],
  hold: step,
  confirm: step,
  release: step,
};

/** A scheme that redeems flights and cash off; `port: null` redeems nothing. */
export function redeeming(port: RedemptionPort<never> | null = ONE_STEP, scheme: Partial<Scheme> = {}): SchemeFacts {
  const facts = schemeFacts({ scheme: { terms: TERMS.map((terms) => ({ ...terms, redeem: BURN })), ...scheme } });
  return { ...facts, adapter: { ...facts.adapter, ...(port === null ? {} : { redemption: port }) } };
}

/** A quote of 1,234 points that nobody has used yet. */
export function quoteRow(different: Partial<QuoteRow> = {}): QuoteRow {
  return {
    tenantId: TENANT,
    id: QUOTE,
    linkId: LINK,
    scheme: 'blue-air',
    reward: REWARD,
    price: { currency: 'CNY', minor: 1_234 },
    points: 1_234,
    holdKind: 'soft',
    termsVersion: '2026',
    createdAt: NOW,
    expiresAt: new Date(NOW.getTime() + 600_000),
    redemptionId: null,
    ...different,
  };
}

/** What a redemption is made of: a fresh quote, an active link and a balance of 5,000. */
export function ground(different: Partial<RedemptionGround> = {}): RedemptionGround {
  return { quote: quoteRow(), link: ACTIVE_LINK, available: 5_000, now: NOW, ...different };
}

/** A confirmed redemption of 1,234 points. */
export const CONFIRMED: OperationRow = {
  ...prepareRedemption({ quoteId: QUOTE, metadata: {} }, ground(), {
    caller: WHOLE_TENANT,
    facts: () => redeeming(),
    id: OPERATION,
  }),
  state: 'confirmed',
  step: 'confirm',
  intent: null,
  supplierReference: 'S1',
  rejection: null,
  evidence: { by: 'receipt' },
  businessDate: null,
  attempts: 1,
  version: 5,
  updatedAt: NOW,
  nextActionAt: null,
};
