import { describe, expect, it } from '@jest/globals';
import { assertTiming, TIMINGS } from '../../src/config/timing.js';

const { normal, fast } = TIMINGS;

describe('the two sets of times', () => {
  it('are those of the operations page', () => {
    expect(normal).toMatchObject({ connectMs: 2_000, firstByteMs: 10_000, totalMs: 20_000, leaseMs: 30_000 });
    expect(normal).toMatchObject({ sendMarginMs: 5_000, maxPauseMs: 60_000, eventualGapMs: 60_000 });
    expect(normal.lookupsMs).toEqual([2, 10, 30, 120, 300, 900, 3600].map((seconds) => seconds * 1_000));
    expect(fast).toMatchObject({ totalMs: 2_000, leaseMs: 5_000, sendMarginMs: 1_000, maxPauseMs: 10_000 });
    expect(fast.lookupsMs).toEqual([200, 1_000, 3_000, 10_000, 30_000]);
  });

  it.each(['normal', 'fast'] as const)('%s is safe, and its parts are in order', (name) => {
    const timing = TIMINGS[name];
    expect(() => assertTiming(timing)).not.toThrow();
    expect(timing.connectMs).toBeLessThan(timing.totalMs);
    expect(timing.firstByteMs).toBeLessThan(timing.totalMs);
    expect(timing.lookupsMs).toEqual(timing.lookupsMs.toSorted((a, b) => a - b));
    expect(timing.lookupUntilMs).toBe(86_400_000);
    expect(timing.backoffBaseMs).toBeLessThan(timing.backoffMaxMs);
  });

  it('fast settles within two minutes whatever normal takes hours for', () => {
    const { lookupEveryMs, notSentEveryMs, backoffMaxMs, backoffTries } = fast;
    expect(Math.max(lookupEveryMs, notSentEveryMs, backoffMaxMs * backoffTries)).toBeLessThan(120_000);
  });
});

describe('assertTiming', () => {
  it('refuses a lease that a call can outlive', () => {
    expect(() => assertTiming({ ...normal, leaseMs: 25_000 })).toThrow('lease of 25000 ms');
    expect(() => assertTiming({ ...normal, leaseMs: 25_001 })).not.toThrow();
    expect(() => assertTiming({ ...normal, totalMs: 25_000 })).toThrow('30000 ms');
  });

  it('refuses to believe "not found" while a frozen worker may still send', () => {
    expect(() => assertTiming(fast, 16_999)).toThrow('at least lease, total timeout and longest pause, 17000 ms');
    expect(() => assertTiming(fast, 17_000)).not.toThrow();
    expect(() => assertTiming(normal, 109_999)).toThrow('110000 ms');
    expect(() => assertTiming(normal, 1_800_000)).not.toThrow();
  });
});
