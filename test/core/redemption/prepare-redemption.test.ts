import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SchemeFacts } from '../../../src/core/operation/prepare.js';
import type { NewOperation, OperationRow } from '../../../src/core/operation/row.js';
import { Problem } from '../../../src/core/problem.js';
import { prepareRedemption, prepareRefund, refundKey } from '../../../src/core/redemption/prepare-redemption.js';
import type { RedemptionGround } from '../../../src/core/redemption/ports.js';
import { OPERATION_KINDS, REDEMPTION_STATES } from '../../../src/spec/operation.js';
import { ACTIVE_LINK, OPERATION, WHOLE_TENANT } from '../operation/fake-scheme.js';
import { DAY, FAST, receipt } from '../operation/situations.js';
import { CONFIRMED, ground, HOLD_FIRST, NOW, ONE_STEP, QUOTE, quoteRow, redeeming, REWARD } from './fake-redemption.js';

const REFUND = '01900000-0000-7000-8000-0000000000d2';
const INPUT = { quoteId: QUOTE, metadata: { seat: '12A' }, clientReference: 'C-1' };

function redeemed(on: Partial<RedemptionGround> = {}, facts = redeeming(), organisation: string | null = null) {
  return prepareRedemption(INPUT, ground(on), {
    caller: { ...WHOLE_TENANT, organisation },
    facts: () => facts,
    id: OPERATION,
  });
}
function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { operationId, state, reason } = error.details;
    return [error.code, operationId, state, reason].filter((word) => word !== undefined).join(' ');
  }
  return 'none';
}

describe('a redemption', () => {
  it('of a soft hold sets the quote’s points aside for as long as the scheme says', () => {
    expect(redeemed()).toMatchObject({
      id: OPERATION,
      kind: 'redemption',
      state: 'requested',
      points: 1_234,
      bonusPoints: 0,
      reward: REWARD,
      quoteId: QUOTE,
      hold: { kind: 'soft', expiresAt: '2026-03-02T01:15:00.000Z' },
      clientReference: 'C-1',
      metadata: { seat: '12A' },
      termsVersion: '2026',
      originalId: null,
      activity: null,
      activityKey: null,
      deadlineAt: new Date(NOW.getTime() + FAST.stepDeadlineMs),
      nextActionAt: new Date(NOW.getTime() + 15_000),
    });
    expect(redeemed().reference).toMatch(/^\d{20}$/);
  });

  it('of a native hold has none until the supplier says so, and needs no balance of ours', () => {
    const native = { quote: quoteRow({ holdKind: 'native' }), available: null };
    expect(redeemed(native, redeeming(HOLD_FIRST))).toMatchObject({ state: 'requested', hold: null });
  });

  it.each<[string, Partial<RedemptionGround>, string]>([
    ['an unknown quote', { quote: null }, 'NOT_FOUND'],
    ['a link that is gone', { link: null }, 'NOT_FOUND'],
    ['a suspended link', { link: { ...ACTIVE_LINK, state: 'suspended' } }, 'LINK_NOT_ACTIVE'],
    ['a link without that consent', { link: { ...ACTIVE_LINK, consentScopes: ['link', 'accrue'] } }, 'CONSENT_MISSING'],
    ['a quote that was used', { quote: quoteRow({ redemptionId: REFUND }) }, `QUOTE_USED ${REFUND}`],
    ['a quote that ends now', { quote: quoteRow({ expiresAt: NOW }) }, 'QUOTE_EXPIRED'],
    ['no known balance', { available: null }, 'ACCOUNT_UNAVAILABLE'],
    ['too small a balance', { available: 1_233 }, 'INSUFFICIENT_POINTS insufficient-points'],
    ['more set aside than there is', { available: -5 }, 'INSUFFICIENT_POINTS insufficient-points'],
  ])('is not made of %s', (_name, on, code) => {
    expect(problemOf(() => redeemed(on))).toBe(code);
  });

  it('takes the last point there is, and the quote’s last moment', () => {
    expect(problemOf(() => redeemed({ available: 1_234 }))).toBe('none');
    expect(problemOf(() => redeemed({ quote: quoteRow({ expiresAt: new Date(NOW.getTime() + 1) }) }))).toBe('none');
  });

  it('of a used quote says so also once that has expired: the first answer still stands', () => {
    const quote = quoteRow({ redemptionId: REFUND, expiresAt: new Date(0) });
    expect(problemOf(() => redeemed({ quote }))).toBe(`QUOTE_USED ${REFUND}`);
  });

  it('is nobody else’s business', () => {
    const acme = { link: { ...ACTIVE_LINK, organisation: 'acme/sales' } };
    expect(problemOf(() => redeemed(acme, redeeming(), 'acme'))).toBe('none');
    expect(problemOf(() => redeemed(acme, redeeming(), 'acm'))).toBe('NOT_FOUND');
    expect(problemOf(() => redeemed({}, redeeming(), 'acme'))).toBe('NOT_FOUND');
  });

  it('needs a scheme that still redeems', () => {
    expect(problemOf(() => redeemed({}, redeeming(null)))).toBe('CAPABILITY_MISSING');
  });
});

interface Case {
  readonly points?: number;
  readonly original?: OperationRow | null;
  readonly taken?: { readonly points: number; readonly open: number };
  readonly link?: typeof ACTIVE_LINK | null;
  readonly facts?: SchemeFacts;
}
function refund(one: Case = {}): NewOperation {
  const { points } = one;
  return prepareRefund(
    { redemptionId: OPERATION, reason: 'trip cancelled', metadata: {}, ...(points === undefined ? {} : { points }) },
    one.original === undefined ? CONFIRMED : one.original,
    one.taken ?? { points: 0, open: 0 },
    {
      caller: WHOLE_TENANT,
      link: one.link === undefined ? ACTIVE_LINK : one.link,
      facts: () => one.facts ?? redeeming(),
      now: NOW,
      id: REFUND,
    },
  );
}
const refundProblem = (one: Case): string => problemOf(() => refund(one));

describe('a refund', () => {
  it('is an operation of its own, linked to its redemption', () => {
    expect(refund({ points: 34 })).toMatchObject({
      id: REFUND,
      kind: 'refund',
      state: 'queued',
      points: 34,
      originalId: OPERATION,
      reward: null,
      hold: null,
      quoteId: null,
      reason: 'trip cancelled',
      termsVersion: '2026',
      deadlineAt: new Date(NOW.getTime() + 30 * DAY),
    });
    expect(refund().reference).not.toBe(CONFIRMED.reference);
  });

  it('gives back what is left, and never more than was confirmed', () => {
    expect(refund().points).toBe(1_234);
    expect(refund({ taken: { points: 1_000, open: 0 } }).points).toBe(234);
    expect(refundProblem({ points: 1_235 })).toBe(`REFUND_EXCEEDS ${OPERATION}`);
    expect(refundProblem({ taken: { points: 1_234, open: 1 } })).toBe(`ALREADY_REFUNDED ${OPERATION}`);
    const wish = fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: undefined });
    const property = fc.property(fc.array(wish, { maxLength: 20 }), (wishes) => {
      let points = 0;
      for (const one of wishes) {
        const given: Case = { taken: { points, open: 0 }, ...(one === undefined ? {} : { points: one }) };
        if (refundProblem(given) === 'none') points += refund(given).points;
      }
      expect(points).toBeLessThanOrEqual(1_234);
      if (wishes.includes(undefined)) expect(points).toBe(1_234);
    });
    fc.assert(property);
  });

  it.each(REDEMPTION_STATES.filter((state) => state !== 'confirmed'))('is refused of what is %s', (state) => {
    expect(refundProblem({ original: { ...CONFIRMED, state } })).toBe(`NOT_REFUNDABLE ${OPERATION} ${state}`);
  });

  it.each(OPERATION_KINDS.filter((kind) => kind !== 'redemption'))('finds no redemption in a %s', (kind) => {
    expect(refundProblem({ original: { ...CONFIRMED, kind } })).toBe('NOT_FOUND');
    expect(refundProblem({ original: null })).toBe('NOT_FOUND');
    expect(refundProblem({ link: null })).toBe('NOT_FOUND');
  });

  it('comes one at a time where the supplier could not tell two apart', () => {
    const once = (oneOpenAtATime: boolean): SchemeFacts =>
      redeeming({ ...ONE_STEP, refund: { idempotency: 'none', oneOpenAtATime, perform: async () => receipt() } });
    const taken = { points: 10, open: 1 };
    expect(refundProblem({ facts: once(true), taken })).toBe(`NOT_REFUNDABLE ${OPERATION}`);
    expect(refundProblem({ facts: once(true), taken: { points: 10, open: 0 } })).toBe('none');
    expect(refundProblem({ facts: once(false), taken })).toBe('none');
    expect(refundProblem({ taken })).toBe('none');
  });

  it('is refused where the scheme has none', () => {
    expect(refundProblem({ facts: redeeming(HOLD_FIRST) })).toBe('CAPABILITY_MISSING');
    expect(refundProblem({ facts: redeeming(null) })).toBe('CAPABILITY_MISSING');
  });

  it('is still possible when the link is no longer in use: the points were the member’s', () => {
    expect(refundProblem({ link: { ...ACTIVE_LINK, state: 'closing', consentScopes: [] } })).toBe('none');
  });

  it('is keyed by its redemption and the platform’s own reference, where there is one', () => {
    expect(refundKey({ redemptionId: OPERATION, clientReference: 'C' })).toBe(`refund|${OPERATION}|C`);
    expect(refundKey({ redemptionId: OPERATION })).toBeNull();
  });
});
