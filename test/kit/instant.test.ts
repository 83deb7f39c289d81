import { describe, expect, it } from '@jest/globals';
import { utcInstant } from '../../src/kit/instant.js';

describe('an instant', () => {
  it.each([
    ['2026-11-21T16:00:01.5Z', '2026-11-21T16:00:01.500Z'],
    ['2026-11-22T00:00:01+08:00', '2026-11-21T16:00:01.000Z'],
    ['2026-11-21T23:59:59.123456789-00:30', '2026-11-22T00:29:59.123Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('%s is put in UTC', (text, utc) => {
    expect(utcInstant(text)).toBe(utc);
  });

  it.each([
    '2026-11-21T16:00:01',
    '2026-11-21 16:00:01Z',
    '2026-11-21',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '2026-11-21T16:00:01+99:00',
    '20261121T160001Z',
    'Sat, 21 Nov 2026 16:00:01 GMT',
    '1795276801000',
    '',
  ])('is not %j', (text) => {
    expect(utcInstant(text)).toBeUndefined();
  });
});
