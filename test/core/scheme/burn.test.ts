import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { burnPoints, valuePerPoint } from '../../../src/core/scheme/burn.js';
import { currencyExponent } from '../../../src/core/scheme/currency.js';
import type { BurnRule } from '../../../src/spec/scheme.js';
import type { Money } from '../../../src/spec/values.js';

function rule(given: Partial<BurnRule> = {}): BurnRule {
  return { reward: 'rail', currency: 'CNY', pointsPerUnit: 100, ...given };
}
const cny = (minor: number): Money => ({ currency: 'CNY', minor });
const burnt = (given: Partial<BurnRule>, price: Money): unknown => burnPoints([rule(given)], 'rail', price);

describe('burnPoints', () => {
  it.each([
    [100, 55_300, 55_300],
    [100, 1, 1],
    [2.5, 55_301, 1383],
    [1, 10_000, 100],
    [1, 10_001, 101],
    [1, 9_999, 100],
    [0.5, 10_000, 50],
    [0.5, 1, 1],
    [0.0001, 100_000_000, 100],
    [0.0001, 100_000_001, 101],
    [100, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('at %d a unit takes for %d minor units %d', (pointsPerUnit, minor, points) => {
    expect(burnt({ pointsPerUnit }, cny(minor))).toEqual({ points });
  });

  it('counts minor units as the currency does', () => {
    expect(burnt({ currency: 'JPY', pointsPerUnit: 1 }, { currency: 'JPY', minor: 12_345 })).toEqual({
      points: 12_345,
    });
    expect(burnt({ currency: 'CNY', pointsPerUnit: 1 }, cny(12_345))).toEqual({ points: 124 });
    expect(burnt({ currency: 'KWD', pointsPerUnit: 1 }, { currency: 'KWD', minor: 12_345 })).toEqual({ points: 13 });
  });

  it('takes a rate as it was written: 0.07 of 100.00 is 7, and no 7.000000000000001 that rounds up to 8', () => {
    expect(burnt({ pointsPerUnit: 0.07 }, cny(10_000))).toEqual({ points: 7 });
    expect(burnt({ pointsPerUnit: 1.1 }, cny(300))).toEqual({ points: 4 });
    expect(burnt({ pointsPerUnit: 1.1 }, cny(1_000))).toEqual({ points: 11 });
  });

  it('takes the rule of the reward and the currency among several', () => {
    const rules = [
      rule({ reward: 'flight', pointsPerUnit: 50 }),
      rule({ currency: 'HKD', pointsPerUnit: 90 }),
      rule({ pointsPerUnit: 100 }),
    ];
    expect(burnPoints(rules, 'rail', cny(100))).toEqual({ points: 100 });
    expect(burnPoints(rules, 'rail', { currency: 'HKD', minor: 100 })).toEqual({ points: 90 });
    expect(burnPoints(rules, 'flight', cny(100))).toEqual({ points: 50 });
  });

  it('takes no fewer than the minimum, and never none', () => {
    expect(burnt({ minimum: 10_000 }, cny(9_999))).toEqual({ below: 10_000 });
    expect(burnt({ minimum: 10_000 }, cny(10_000))).toEqual({ points: 10_000 });
    expect(burnt({ minimum: 10_000 }, cny(0))).toEqual({ below: 10_000 });
    expect(burnt({}, cny(0))).toEqual({ below: 1 });
    expect(burnt({}, cny(-100))).toEqual({ below: 1 });
    expect(burnt({ pointsPerUnit: 0.5 }, cny(-1))).toEqual({ below: 1 });
  });

  it('says why it cannot tell', () => {
    expect(burnPoints([], 'rail', cny(100))).toEqual({ cannotTell: 'no-rule' });
    expect(burnPoints([rule({ reward: 'flight' })], 'rail', cny(100))).toEqual({ cannotTell: 'no-rule' });
    expect(burnt({}, { currency: 'USD', minor: 100 })).toEqual({ cannotTell: 'other-currency' });
    expect(burnt({ currency: 'XXX' }, { currency: 'XXX', minor: 100 })).toEqual({ cannotTell: 'other-currency' });
    expect(burnt({ pointsPerUnit: 101 }, cny(Number.MAX_SAFE_INTEGER))).toEqual({ cannotTell: 'too-large' });
  });

  it('takes the smallest whole number of points that covers the price', () => {
    const inputs = fc.record({
      minor: fc.integer({ min: 1, max: 1_000_000_000_000 }),
      tenThousandths: fc.integer({ min: 1, max: 10_000_000 }),
      currency: fc.constantFrom('JPY', 'CNY', 'KWD'),
    });
    fc.assert(
      fc.property(inputs, ({ minor, tenThousandths, currency }) => {
        const result = burnt({ currency, pointsPerUnit: tenThousandths / 10_000 }, { currency, minor });
        const { points } = result as { points: number };
        // excess = taken − exact, both times the common denominator
        const denominator = 10_000n * 10n ** BigInt(currencyExponent(currency) ?? -1);
        const excess = BigInt(points) * denominator - BigInt(minor) * BigInt(tenThousandths);
        expect(excess >= 0n && excess < denominator).toBe(true);
      }),
    );
  });

  it('never takes fewer for more', () => {
    const amounts = fc.nat(1_000_000_000);
    fc.assert(
      fc.property(amounts, amounts, fc.integer({ min: 1, max: 10_000 }), (one, other, hundredths) => {
        const given = { pointsPerUnit: hundredths / 100 };
        const [less, more] = [Math.min(one, other) + 1, Math.max(one, other) + 1].map(
          (minor) => (burnt(given, cny(minor)) as { points: number }).points,
        );
        expect(less).toBeLessThanOrEqual(more ?? 0);
      }),
    );
  });
});

describe('valuePerPoint', () => {
  it.each([
    [55_300, 55_300, '1.0000'],
    [120_000, 24_000, '5.0000'],
    [100, 3, '33.3333'],
    [200, 3, '66.6667'],
    [1, 20_000, '0.0001'],
    [1, 20_001, '0.0000'],
    [1, 1_000_000, '0.0000'],
    [0, 7, '0.0000'],
    [Number.MAX_SAFE_INTEGER, 1, '9007199254740991.0000'],
    [1, Number.MAX_SAFE_INTEGER, '0.0000'],
  ])('of %d minor units for %d points is %s', (minor, points, value) => {
    expect(valuePerPoint(cny(minor), points)).toBe(value);
  });

  it('is within half of its last digit of the exact value', () => {
    const amounts = fc.nat(1_000_000_000_000);
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 1_000_000_000 }), (minor, points) => {
        const text = valuePerPoint(cny(minor), points);
        expect(text).toMatch(/^\d+\.\d{4}$/);
        const error = BigInt(text.replace('.', '')) * BigInt(points) - BigInt(minor) * 10_000n;
        expect(2n * error <= BigInt(points) && 2n * error > -BigInt(points)).toBe(true);
      }),
    );
  });
});
