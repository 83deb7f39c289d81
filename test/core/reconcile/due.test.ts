import { describe, expect, it } from '@jest/globals';
import { expectedBy, hasBegun, isCalendarDay, yesterdayIn } from '../../../src/core/reconcile/due.js';

const zone = 'Asia/Shanghai';

describe('when a settlement is due', () => {
  it('is a time of the day after, by the clock of the scheme', () => {
    const settlement = { fetchAt: '03:30', expectedBy: '08:00' };
    expect(expectedBy({ zone, settlement }, '2026-03-10').toISOString()).toBe('2026-03-11T00:00:00.000Z');
    expect(expectedBy({ zone, settlement: undefined }, '2026-03-10').toISOString()).toBe('2026-03-11T15:59:00.000Z');
  });

  it('yesterday is the scheme’s', () => {
    expect(yesterdayIn(zone, new Date('2026-03-10T15:59:59Z'))).toBe('2026-03-09');
    expect(yesterdayIn(zone, new Date('2026-03-10T16:00:00Z'))).toBe('2026-03-10');
  });

  it('a day has begun that is today, or ahead as far as days are closed by hand, and none that is far ahead', () => {
    const now = new Date('2026-03-10T04:00:00Z');
    const begun = ['1999-01-01', '2026-03-10', '2026-03-15', '2026-04-11'].map((date) => hasBegun(date, zone, now));
    expect(begun).toEqual([true, true, true, false]);
  });

  it.each(['2026-02-30', '2026-13-01', '2026-3-1', '20260310', '', 'today', '2026-03-10T00:00'])(
    '%j is no day',
    (text) => {
      expect(isCalendarDay(text)).toBe(false);
    },
  );
});
