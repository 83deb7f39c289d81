import { describe, expect, it } from '@jest/globals';
import type { SchemeFacts } from '../../../src/core/operation/prepare.js';
import { Problem } from '../../../src/core/problem.js';
import type { NewQuote } from '../../../src/core/redemption/ports.js';
import { prepareQuote, quoteView } from '../../../src/core/redemption/quote.js';
import type { AskQuote } from '../../../src/core/redemption/redemptions.js';
import { toTypeId } from '../../../src/spec/typeid.js';
import { ACTIVE_LINK, LINK, TENANT, TERMS } from '../operation/fake-scheme.js';
import { HOLD_FIRST, NOW, ONE_STEP, QUOTE, quoteRow, redeeming, REWARD } from './fake-redemption.js';

const PRICE = { currency: 'CNY', minor: 1_234 };

function quoted(different: Partial<AskQuote> = {}, facts: SchemeFacts = redeeming(), now = NOW): NewQuote {
  const input = { linkId: LINK, reward: REWARD, price: PRICE, ...different };
  return prepareQuote(input, { link: ACTIVE_LINK, facts, id: QUOTE, now });
}
function problemOf(...given: Parameters<typeof quoted>): string {
  try {
    quoted(...given);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [first] = error.details.errors ?? [];
    if (first === undefined) return error.code;
    const message = typeof first.message === 'string' ? first.message : first.message.en;
    return `${error.code} ${first.pointer}: ${message}`;
  }
  return 'none';
}
const GIFT = { type: 'gift', sku: 'MUG', quantity: 1 } as const;
const CASH_OFF = { type: 'cash-off', reference: 'O-1', description: 'a seat' } as const;

describe('a quote', () => {
  it('turns a price into points by the terms of today', () => {
    expect(quoted()).toEqual({
      tenantId: TENANT,
      id: QUOTE,
      linkId: LINK,
      scheme: 'blue-air',
      reward: REWARD,
      price: PRICE,
      points: 1_234,
      holdKind: 'soft',
      termsVersion: '2026',
      validForMs: 600_000,
    });
    expect(quoted({ price: { currency: 'CNY', minor: 1 } }).points).toBe(1);
    expect(quoted({ reward: CASH_OFF, price: { currency: 'CNY', minor: 1_001 } }).points).toBe(801);
  });

  it('says whose hold it will be', () => {
    expect(quoted({}, redeeming(HOLD_FIRST)).holdKind).toBe('native');
    expect(quoted({}, redeeming(ONE_STEP)).holdKind).toBe('soft');
  });

  it('believes a platform that knows the points and no price', () => {
    expect(quoted({ price: undefined, points: 77 })).toMatchObject({ points: 77, price: null });
    expect(problemOf({ price: undefined })).toBe('PRICE_REQUIRED');
    expect(problemOf({ reward: CASH_OFF, price: undefined, points: 499 })).toBe(
      'INVALID /points: has to be at least 500',
    );
    expect(quoted({ reward: CASH_OFF, price: undefined, points: 500 }).points).toBe(500);
  });

  it('holds price and points against each other', () => {
    expect(quoted({ points: 1_234 }).points).toBe(1_234);
    expect(problemOf({ points: 1_233 })).toMatch(/^INVALID \/points: the price comes to 1234 points/);
  });

  it.each<[string, Partial<AskQuote>, RegExp]>([
    ['in another currency', { price: { currency: 'USD', minor: 100 } }, /^INVALID \/price: is not in a currency/],
    ['of less than the fewest', { reward: CASH_OFF, price: PRICE }, /^none$/],
    ['that comes to too few', { reward: CASH_OFF, price: { currency: 'CNY', minor: 600 } }, /fewer than 500 points/],
    [
      'beyond counting',
      { price: { currency: 'CNY', minor: Number.MAX_SAFE_INTEGER * 100 } },
      /more points than can be counted/,
    ],
  ])('for a price %s', (_name, different, expected) => {
    expect(problemOf(different)).toMatch(expected);
  });

  it('is refused for what the scheme does not sell or its supplier cannot carry', () => {
    expect(problemOf({ reward: GIFT })).toBe('REWARD_NOT_SUPPORTED');
    // In the terms, but the adapter has no way to ask for it.
    expect(problemOf({ reward: CASH_OFF }, redeeming(HOLD_FIRST))).toBe('REWARD_NOT_SUPPORTED');
    // The adapter could, but the terms in force sell nothing.
    expect(problemOf({}, redeeming(ONE_STEP, { terms: TERMS }))).toBe('REWARD_NOT_SUPPORTED');
    expect(problemOf({}, redeeming(ONE_STEP, { terms: [] }))).toBe('REWARD_NOT_SUPPORTED');
    expect(problemOf({}, redeeming(null))).toBe('CAPABILITY_MISSING');
  });

  it('follows the terms in force in the scheme’s own zone', () => {
    const [old, present] = redeeming().scheme.terms;
    const tomorrow = { ...present, version: '2026-03-03', effectiveFrom: '2026-03-03' } as (typeof TERMS)[number];
    const facts = redeeming(ONE_STEP, { terms: [old, present, tomorrow] as typeof TERMS });
    expect(quoted({}, facts, new Date('2026-03-02T15:59:59Z')).termsVersion).toBe('2026');
    expect(quoted({}, facts, new Date('2026-03-02T16:00:00Z')).termsVersion).toBe('2026-03-03');
  });
});

describe('the platform', () => {
  it('sees public ids, the value of a point and until when', () => {
    expect(quoteView(quoteRow(), 'en')).toEqual({
      id: toTypeId('qte', QUOTE),
      linkId: toTypeId('lnk', LINK),
      scheme: 'blue-air',
      reward: REWARD,
      points: 1_234,
      cash: null,
      valuePerPoint: { currency: 'CNY', minor: '1.0000' },
      hold: 'soft',
      holdNotice: expect.stringContaining('can still be refused'),
      expiresAt: '2026-03-02T01:10:00.000Z',
      termsVersion: '2026',
    });
    expect(quoteView(quoteRow({ price: null }), 'en').valuePerPoint).toBeNull();
  });

  it('is told in its language what the kind of hold means', () => {
    const notices = (['soft', 'native'] as const).flatMap((holdKind) =>
      (['zh', 'en'] as const).map((language) => quoteView(quoteRow({ holdKind }), language).holdNotice),
    );
    expect(new Set(notices).size).toBe(4);
    expect(notices.map((notice) => /\p{Script=Han}/u.test(notice))).toEqual([true, false, true, false]);
  });
});
