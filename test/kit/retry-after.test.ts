import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from '../../src/kit/retry-after.js';

const NOON = Date.parse('2026-03-04T12:00:00Z');

function wait(headers: Record<string, string>): number | undefined {
  return retryAfterMs({ status: 429, headers, body: '' }, () => NOON);
}

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    [' 7 ', 7_000],
    ['Wed, 04 Mar 2026 12:01:30 GMT', 90_000],
    ['Wed, 04 Mar 2026 11:00:00 GMT', 0],
    ['9'.repeat(40), Number.MAX_SAFE_INTEGER],
  ])('of %j is read', (value, ms) => {
    expect(wait({ 'retry-after': value })).toBe(ms);
  });

  it('as a date counts from the supplier’s own clock', () => {
    const headers = { 'retry-after': 'Wed, 04 Mar 2026 12:10:30 GMT', date: 'Wed, 04 Mar 2026 12:10:00 GMT' };
    expect(wait(headers)).toBe(30_000);
  });

  it.each(['', 'soon', '-1', '1.5', '2026-03-04T12:01:30Z', 'Wed, 99 Mar 2026 12:00:00 GMT'])(
    'of %j says nothing',
    (value) => {
      expect(wait({ 'retry-after': value })).toBeUndefined();
    },
  );

  it('that is not there says nothing', () => {
    expect(wait({})).toBeUndefined();
  });
});
