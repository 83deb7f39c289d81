import { describe, expect, it } from '@jest/globals';
import { openBusinessDays } from '../../sandbox/engine/business-days.js';
import { CHECKS, makeMemberNumber } from '../../sandbox/engine/member-number.js';
import { logNormalMs, seededRandom } from '../../sandbox/engine/random.js';
import { openStore } from '../../sandbox/engine/store.js';

describe('member numbers', () => {
  const valid = {
    none: () => true,
    luhn: (digits: string) =>
      Array.from(digits, Number)
        .toReversed()
        .reduce((sum, digit, place) => sum + (place % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)), 0) %
        10 ===
      0,
    mod7: (digits: string) => BigInt(digits.slice(0, -1)) % 7n === BigInt(digits.slice(-1)),
  };

  it.each(CHECKS)('end in the check digit of %s', (check) => {
    const random = seededRandom(1);
    const numbers = Array.from({ length: 200 }, () => makeMemberNumber({ prefix: '70', length: 10, check }, random));
    for (const number of numbers) {
      expect(number).toMatch(/^70\d{8}$/);
      expect(valid[check](number)).toBe(true);
    }
    expect(new Set(numbers).size).toBeGreaterThan(190);
  });

  it('know the textbook example of ISO/IEC 7812-1', () => {
    expect(makeMemberNumber({ prefix: '7992739871', length: 11, check: 'luhn' }, seededRandom(1))).toBe('79927398713');
  });

  it('leave letters of the prefix out of the sum', () => {
    expect(makeMemberNumber({ prefix: 'AB1000', length: 7, check: 'mod7' }, seededRandom(1))).toBe('AB10006');
  });
});

describe('latency', () => {
  it('has the median and the 99th percentile it was asked for', () => {
    const random = seededRandom(4);
    const sample = Array.from({ length: 20_000 }, () => logNormalMs(random, 40, 400)).toSorted((a, b) => a - b);
    expect((sample[10_000] ?? 0) / 40).toBeCloseTo(1, 1);
    expect((sample[19_800] ?? 0) / 400).toBeGreaterThan(0.85);
    expect((sample[19_800] ?? 0) / 400).toBeLessThan(1.15);
  });
});

describe('business days', () => {
  const open = (at: string) => {
    let now = Date.parse(at);
    const closed: string[] = [];
    const memory = openStore().collection<string>('days');
    const days = openBusinessDays(
      'Asia/Shanghai',
      () => now,
      memory,
      (date) => closed.push(`${date} ${days.open()}`),
    );
    return { days, closed, at: (next: string) => (now = Date.parse(next)) };
  };

  it('turn at midnight in the zone of the scheme', () => {
    const { days, closed, at } = open('2026-03-10T15:59:59Z');
    expect(days.open()).toBe('2026-03-10');
    at('2026-03-10T16:00:00Z');
    expect(days.open()).toBe('2026-03-11');
    expect(closed).toEqual(['2026-03-10 2026-03-10']);
  });

  it('run every night that nobody asked', () => {
    const { days, closed, at } = open('2026-03-10T04:00:00Z');
    at('2026-03-13T04:00:00Z');
    expect(days.open()).toBe('2026-03-13');
    expect(closed).toEqual(['2026-03-10 2026-03-10', '2026-03-11 2026-03-11', '2026-03-12 2026-03-12']);
  });

  it('closed early leave the next one open over midnight', () => {
    const { days, closed, at } = open('2026-03-10T04:00:00Z');
    expect(days.close()).toBe('2026-03-10');
    expect(days.open()).toBe('2026-03-11');
    at('2026-03-10T20:00:00Z');
    expect(days.open()).toBe('2026-03-11');
    expect(closed).toHaveLength(1);
  });
});
