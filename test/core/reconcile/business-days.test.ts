import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  businessDays,
  type Closing,
  dayAfter,
  dayBefore,
  runWindow,
  startOfDay,
} from '../../../src/core/reconcile/business-days.js';

const ZONE = 'Asia/Shanghai';
/** At midnight in Shanghai unless it says otherwise. */
const closing = (businessDate: string, closedAt?: string): Closing => ({
  businessDate,
  closedAt: closedAt === undefined ? startOfDay(dayAfter(businessDate), ZONE) : new Date(closedAt),
});
const shown = (closings: readonly Closing[], zone = ZONE) =>
  businessDays(closings, zone).map((day) => [
    day.businessDate,
    day.opensAt.toISOString(),
    day.closesAt.toISOString(),
    day.unbrokenSince,
  ]);

describe('closed business days', () => {
  it('begin at midnight in the zone, where the day before was not reconciled', () => {
    expect(shown([closing('2026-03-10')])).toEqual([
      ['2026-03-10', '2026-03-09T16:00:00.000Z', '2026-03-10T16:00:00.000Z', '2026-03-10'],
    ]);
  });

  it('begin when the one before was closed, and count without a gap', () => {
    const days = [
      closing('2026-03-12'),
      closing('2026-03-10', '2026-03-10T18:00:00Z'),
      closing('2026-03-11'),
      closing('2026-03-14'),
    ];
    expect(shown(days)).toEqual([
      ['2026-03-10', '2026-03-09T16:00:00.000Z', '2026-03-10T18:00:00.000Z', '2026-03-10'],
      ['2026-03-11', '2026-03-10T18:00:00.000Z', '2026-03-11T16:00:00.000Z', '2026-03-10'],
      ['2026-03-12', '2026-03-11T16:00:00.000Z', '2026-03-12T16:00:00.000Z', '2026-03-10'],
      ['2026-03-14', '2026-03-13T16:00:00.000Z', '2026-03-14T16:00:00.000Z', '2026-03-14'],
    ]);
  });

  it('that were closed before they began by the calendar are empty, not negative', () => {
    expect(shown([closing('2026-03-11', '2026-03-10T04:00:00Z')])).toEqual([
      ['2026-03-11', '2026-03-10T04:00:00.000Z', '2026-03-10T04:00:00.000Z', '2026-03-11'],
    ]);
  });

  it('follow the clocks of a zone that has a summer time', () => {
    expect(shown([closing('2026-03-29')], 'Europe/Berlin')[0]?.[1]).toBe('2026-03-28T23:00:00.000Z');
    expect(shown([closing('2026-03-30')], 'Europe/Berlin')[0]?.[1]).toBe('2026-03-29T22:00:00.000Z');
    // Midnight is skipped in the night that Santiago sets its clocks forward.
    expect(startOfDay('2026-09-06', 'America/Santiago').toISOString()).toBe('2026-09-06T04:00:00.000Z');
  });

  it('never overlap, whatever suppliers say', () => {
    const date = fc.integer({ min: 1, max: 20 }).map((day) => `2026-03-${String(day).padStart(2, '0')}`);
    const any = fc.uniqueArray(fc.record({ businessDate: date, hours: fc.integer({ min: -2, max: 30 }) }), {
      selector: ({ businessDate }) => businessDate,
      maxLength: 20,
    });
    fc.assert(
      fc.property(any, (days) => {
        const closings = days.map(({ businessDate, hours }) => ({
          businessDate,
          closedAt: new Date(startOfDay(businessDate, ZONE).getTime() + hours * 3_600_000),
        }));
        const made = businessDays(closings, ZONE);
        made.forEach((day, index) => {
          const next = made[index + 1];
          expect(day.opensAt.getTime()).toBeLessThanOrEqual(day.closesAt.getTime());
          expect(day.unbrokenSince <= day.businessDate).toBe(true);
          if (next?.businessDate === dayAfter(day.businessDate)) {
            expect(next.unbrokenSince).toBe(day.unbrokenSince);
            if (next.closesAt >= day.closesAt) expect(next.opensAt).toEqual(day.closesAt);
          }
        });
      }),
    );
  });

  it('have neighbours on the calendar', () => {
    expect([dayBefore('2026-03-01'), dayAfter('2028-02-28'), dayAfter('2026-12-31')]).toEqual([
      '2026-02-28',
      '2028-02-29',
      '2027-01-01',
    ]);
  });
});

describe('what a run answers for', () => {
  const takenAt = new Date('2026-03-10T05:00:00Z');
  const times = (closings: readonly Closing[]) => {
    const { opensAt, closesAt, dayBeforeOpensAt, until } = runWindow('2026-03-10', closings, ZONE, takenAt);
    return [dayBeforeOpensAt, opensAt, closesAt, until].map((time) => time.toISOString());
  };

  it('of an open day ends when the input was taken in', () => {
    expect(times([])).toEqual([
      '2026-03-08T16:00:00.000Z',
      '2026-03-09T16:00:00.000Z',
      '2026-03-10T05:00:00.000Z',
      '2026-03-10T05:00:00.000Z',
    ]);
  });

  it('of a closed day ends with it, and begins with the end of the day before', () => {
    const before = closing('2026-03-09', '2026-03-09T18:00:00Z');
    expect(
      times([closing('2026-03-08', '2026-03-08T19:00:00Z'), before, closing('2026-03-10', '2026-03-10T17:30:00Z')]),
    ).toEqual([
      '2026-03-08T19:00:00.000Z',
      '2026-03-09T18:00:00.000Z',
      '2026-03-10T17:30:00.000Z',
      '2026-03-10T17:30:00.000Z',
    ]);
  });

  it('reaches over the day after, where that was reconciled first', () => {
    expect(times([closing('2026-03-10'), closing('2026-03-11')])[3]).toBe('2026-03-11T16:00:00.000Z');
  });
});
