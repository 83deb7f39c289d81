import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencyExponent } from '../../../src/core/scheme/currency.js';
import { earnedPoints } from '../../../src/core/scheme/earn.js';
import type { Activity } from '../../../src/spec/activity.js';
import type { EarnRule } from '../../../src/spec/scheme.js';
import type { Money } from '../../../src/spec/values.js';

const CANNOT_TELL = { cannotTell: true };

function rail(fare: Money): Activity {
  return { type: 'rail', orderNumber: 'E1', trainNumber: 'G1', travelDate: '2026-03-01', fare };
}
function stay(eligible?: Money, ineligible?: Money): Activity {
  const dates = { checkIn: '2026-03-01', checkOut: '2026-03-02' };
  return { type: 'stay', property: 'H', confirmation: 'C', ...dates, eligible, ineligible };
}
function rule(given: Partial<EarnRule> = {}): EarnRule {
  return { product: 'rail', on: 'fare', currency: 'CNY', pointsPerUnit: 5, rounding: 'floor', ...given };
}
const earned = (given: Partial<EarnRule>, minor: number, currency = given.currency ?? 'CNY'): unknown =>
  earnedPoints({ earn: [rule(given)] }, rail({ currency, minor }));

describe('earnedPoints', () => {
  it.each([
    ['floor', 2767],
    ['nearest', 2768],
    ['ceil', 2768],
  ] as const)('rounds 553.50 at 5 a unit by %s to %d', (rounding, points) => {
    expect(earned({ rounding }, 55_350)).toEqual({ points });
  });

  it.each([
    [8, 'nearest', 0],
    [10, 'nearest', 1],
    [1, 'ceil', 1],
    [0, 'ceil', 0],
    [0, 'floor', 0],
    [19, 'floor', 0],
    [20, 'floor', 1],
  ] as const)('%d minor units by %s are %d', (minor, rounding, points) => {
    expect(earned({ rounding }, minor)).toEqual({ points });
  });

  it('counts minor units as the currency does', () => {
    expect(earned({ currency: 'JPY', pointsPerUnit: 1 }, 12_345)).toEqual({ points: 12_345 });
    expect(earned({ currency: 'CNY', pointsPerUnit: 1 }, 12_345)).toEqual({ points: 123 });
    expect(earned({ currency: 'KWD', pointsPerUnit: 1 }, 12_345)).toEqual({ points: 12 });
  });

  it('takes a rate as it was written: 0.07 of 100.00 is 7, not the 7.000000000000001 of a double', () => {
    expect(earned({ pointsPerUnit: 0.07, rounding: 'ceil' }, 10_000)).toEqual({ points: 7 });
    expect(earned({ pointsPerUnit: 1.15, rounding: 'floor' }, 10_000)).toEqual({ points: 115 });
  });

  it('reads the money its rule names', () => {
    const onStay = { earn: [rule({ product: 'stay', on: 'eligible', pointsPerUnit: 10 })] };
    const eligible = { currency: 'CNY', minor: 88_850 };
    expect(earnedPoints(onStay, stay(eligible))).toEqual({ points: 8885 });
    expect(earnedPoints(onStay, stay(eligible, { currency: 'CNY', minor: 10_000 }))).toEqual({ points: 8885 });
    const onOther = { earn: [rule({ product: 'other', on: 'amount', pointsPerUnit: 1 })] };
    const amount = { currency: 'CNY', minor: 999 };
    const meal: Activity = { type: 'other', reference: 'R', description: 'Meal', date: '2026-03-01', amount };
    expect(earnedPoints(onOther, meal)).toEqual({ points: 9 });
  });

  it('takes the rule of the activity and its currency among several', () => {
    const terms = {
      earn: [
        rule({ product: 'flight', pointsPerUnit: 9 }),
        rule({ currency: 'HKD', pointsPerUnit: 4 }),
        rule({ currency: 'CNY', pointsPerUnit: 5 }),
      ],
    };
    expect(earnedPoints(terms, rail({ currency: 'CNY', minor: 10_000 }))).toEqual({ points: 500 });
    expect(earnedPoints(terms, rail({ currency: 'HKD', minor: 10_000 }))).toEqual({ points: 400 });
  });

  it('cannot tell without a rule, without the money, or in another currency', () => {
    expect(earnedPoints({ earn: [] }, rail({ currency: 'CNY', minor: 1 }))).toEqual(CANNOT_TELL);
    expect(earnedPoints({ earn: [rule({ product: 'stay', on: 'eligible' })] }, stay())).toEqual(CANNOT_TELL);
    expect(earned({}, 100, 'USD')).toEqual(CANNOT_TELL);
    expect(earned({ currency: 'XYZ' }, 100)).toEqual(CANNOT_TELL);
    expect(earned({ product: 'stay', on: 'eligible' }, 100)).toEqual(CANNOT_TELL);
  });

  it('cannot tell of a negative amount, nor beyond the whole numbers it can hold', () => {
    expect(earned({}, -100)).toEqual(CANNOT_TELL);
    expect(earned({ pointsPerUnit: 1000 }, Number.MAX_SAFE_INTEGER)).toEqual(CANNOT_TELL);
  });

  it('is never further from the exact product than its rounding allows', () => {
    const inputs = fc.record({
      minor: fc.nat(1_000_000_000_000),
      hundredths: fc.integer({ min: 1, max: 10_000 }),
      rounding: fc.constantFrom('floor' as const, 'nearest' as const, 'ceil' as const),
      currency: fc.constantFrom('JPY', 'CNY', 'KWD'),
    });
    fc.assert(
      fc.property(inputs, ({ minor, hundredths, rounding, currency }) => {
        const result = earnedPoints(
          { earn: [rule({ currency, pointsPerUnit: hundredths / 100, rounding })] },
          rail({ currency, minor }),
        );
        if ('cannotTell' in result) throw new Error('a plain rule can always tell');
        // error = earned − exact, both times the common denominator
        const denominator = 100n * 10n ** BigInt(currencyExponent(currency) ?? -1);
        const error = BigInt(result.points) * denominator - BigInt(minor) * BigInt(hundredths);
        if (rounding === 'floor') expect(error <= 0n && error > -denominator).toBe(true);
        if (rounding === 'ceil') expect(error >= 0n && error < denominator).toBe(true);
        if (rounding === 'nearest') expect(2n * error <= denominator && 2n * error > -denominator).toBe(true);
      }),
    );
  });
});

describe('currencyExponent', () => {
  it.each([
    ['CNY', 2],
    ['USD', 2],
    ['EUR', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['BHD', 3],
    ['XXX', null],
    ['cny', null],
    ['', null],
  ])('of %j is %s', (currency, exponent) => {
    expect(currencyExponent(currency)).toBe(exponent);
  });

  it('knows the currencies that Node knows to be in use', () => {
    const inUse = ['AUD', 'CAD', 'CHF', 'GBP', 'HKD', 'INR', 'MOP', 'MYR', 'NZD', 'PHP', 'SGD', 'THB', 'TWD', 'VND'];
    const known = Intl.supportedValuesOf('currency').filter((code) => currencyExponent(code) !== null);
    expect(known).toEqual(expect.arrayContaining(inUse));
    expect(known.length).toBeGreaterThan(150);
  });
});
