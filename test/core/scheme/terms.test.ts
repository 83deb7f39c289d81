import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { termsFor } from '../../../src/core/scheme/terms.js';
import type { Terms } from '../../../src/spec/scheme.js';

function terms(effectiveFrom: string, basis: Terms['basis'] = 'travel'): Terms {
  return { version: effectiveFrom, effectiveFrom, basis, source: 'test', accrual: {}, earn: [], tiers: [], redeem: [] };
}
const version = (list: readonly Terms[], dates: Parameters<typeof termsFor>[1]): string | undefined =>
  termsFor({ terms: list }, dates)?.version;

describe('termsFor', () => {
  const dates = { activityDate: '2025-12-31', postingDate: '2026-01-02' };

  it('are in force from their first day on', () => {
    const list = [terms('2025-01-01'), terms('2026-01-01')];
    expect(version(list, { activityDate: '2025-12-31', postingDate: '2025-12-31' })).toBe('2025-01-01');
    expect(version(list, { activityDate: '2026-01-01', postingDate: '2025-12-31' })).toBe('2026-01-01');
  });

  it('are none before the first', () => {
    expect(termsFor({ terms: [terms('2026-01-01')] }, dates)).toBeNull();
    expect(termsFor({ terms: [] }, dates)).toBeNull();
  });

  it('go by travel or by posting as they say', () => {
    expect(version([terms('2025-01-01'), terms('2026-01-01')], dates)).toBe('2025-01-01');
    const byPosting = [terms('2025-01-01', 'posting'), terms('2026-01-01', 'posting')];
    expect(version(byPosting, dates)).toBe('2026-01-01');
  });

  it('go by booking where it is known, else by posting', () => {
    const byBooking = [terms('2025-01-01', 'booking'), terms('2026-01-01', 'booking')];
    expect(version(byBooking, { ...dates, bookingDate: '2025-06-01' })).toBe('2025-01-01');
    expect(version(byBooking, dates)).toBe('2026-01-01');
  });

  it('are each asked by their own basis when the basis changes', () => {
    const list = [terms('2025-01-01', 'posting'), terms('2026-01-01', 'travel')];
    expect(version(list, dates)).toBe('2025-01-01');
    expect(version(list, { activityDate: '2026-01-01', postingDate: '2026-01-01' })).toBe('2026-01-01');
  });

  it('do not depend on the order of the list', () => {
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { maxLength: 8 });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 28 }), (starts, day) => {
        const date = (n: number): string => `2026-02-${String(n).padStart(2, '0')}`;
        const on = { activityDate: date(day), postingDate: date(day) };
        const newest = Math.max(...starts.filter((start) => start <= day));
        expect(
          version(
            starts.map((start) => terms(date(start))),
            on,
          ),
        ).toBe(newest === -Infinity ? undefined : date(newest));
      }),
    );
  });
});
