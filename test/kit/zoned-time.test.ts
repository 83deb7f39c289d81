import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { zonedInstant } from '../../src/kit/zoned-time.js';

const NEW_YORK = 'America/New_York';

describe('a local time', () => {
  it.each([
    ['2026-03-10 12:00:00', 'Asia/Hong_Kong', '2026-03-10T04:00:00.000Z'],
    ['2026-03-10T00:00:00', 'Asia/Kolkata', '2026-03-09T18:30:00.000Z'],
    ['2026-03-10 23:59:59', 'UTC', '2026-03-10T23:59:59.000Z'],
    // Clocks go forward at 02:00 on 8 March and back at 02:00 on 1 November.
    ['2026-03-08 01:59:59', NEW_YORK, '2026-03-08T06:59:59.000Z'],
    ['2026-03-08 03:00:00', NEW_YORK, '2026-03-08T07:00:00.000Z'],
    ['2026-11-01 00:59:59', NEW_YORK, '2026-11-01T04:59:59.000Z'],
    ['2026-11-01 02:00:00', NEW_YORK, '2026-11-01T07:00:00.000Z'],
  ])('%s in %s is an instant', (local, zone, instant) => {
    expect(zonedInstant(local, zone)).toBe(instant);
  });

  it('that comes twice is the first', () => {
    expect(zonedInstant('2026-11-01 01:30:00', NEW_YORK)).toBe('2026-11-01T05:30:00.000Z');
  });

  it('that is left out is read with the offset before', () => {
    expect(zonedInstant('2026-03-08 02:30:00', NEW_YORK)).toBe('2026-03-08T07:30:00.000Z');
  });

  it('of any instant, in any zone, leads back to that hour', () => {
    const zones = [
      'Asia/Shanghai',
      NEW_YORK,
      'Europe/London',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Pacific/Apia',
    ];
    const seconds = fc.integer({ min: Date.UTC(2012, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 });
    fc.assert(
      fc.property(seconds, fc.constantFrom(...zones), (second, zone) => {
        const local = DateTime.fromSeconds(second, { zone }).toFormat('yyyy-MM-dd HH:mm:ss');
        const read = zonedInstant(local, zone);
        expect(DateTime.fromISO(read, { zone }).toFormat('yyyy-MM-dd HH:mm:ss')).toBe(local);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['soon', 'UTC'],
    ['2026-03-10 12:00:00', 'Nowhere/Nothing'],
  ])('%s in %s is none', (local, zone) => {
    expect(() => zonedInstant(local, zone)).toThrow(RangeError);
  });
});
