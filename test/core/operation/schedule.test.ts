import { describe, expect, it } from '@jest/globals';
import { TIMINGS } from '../../../src/config/timing.js';
import {
  awaitingFileDelay,
  nextLookupDelay,
  notSentDelay,
  parkedDelay,
  submittedDelay,
  throttledDelay,
} from '../../../src/core/operation/schedule.js';
import { CONCLUSIVE, DAY, FAST, HOUR, middle, rules, unknownFor } from './situations.js';

const NORMAL = TIMINGS.normal;
const least = (): number => 0;
const most = (): number => 1 - Number.EPSILON;
const TRIES = [1, 2, 3, 4, 5, 6, 7, 8];

describe('after something that was not sent', () => {
  it('jitter is full: anything from 0 to the doubled base, capped', () => {
    expect(TRIES.map((tries) => notSentDelay(NORMAL, tries, least))).toEqual(TRIES.map(() => 0));
    expect(TRIES.map((tries) => notSentDelay(NORMAL, tries, most))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ]);
    expect(TRIES.map((tries) => notSentDelay(FAST, tries, most))).toEqual([
      200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000,
    ]);
  });

  it('after the tries of the table the pace is fixed, give or take a tenth', () => {
    for (const tries of [9, 10, 1_000]) {
      expect(notSentDelay(NORMAL, tries, middle)).toBe(900_000);
      expect(notSentDelay(NORMAL, tries, least)).toBe(810_000);
      expect(notSentDelay(NORMAL, tries, most)).toBe(990_000);
    }
  });
});

describe('throttled', () => {
  it.each([
    ['nothing said', undefined, 1_000],
    ['a moment', 5, 1_000],
    ['a time in the past', -5_000, 1_000],
    ['ten seconds', 10_000, 10_000],
    ['a day', DAY, HOUR],
    ['for ever', Number.POSITIVE_INFINITY, HOUR],
  ])('%s', (_name, retryAfterMs, waits) => {
    expect(throttledDelay(FAST, 1, retryAfterMs, least)).toBe(waits);
  });

  it('waits for our own backoff where that is longer', () => {
    expect(throttledDelay(NORMAL, 7, 1_000, most)).toBe(60_000);
    expect(throttledDelay(NORMAL, 9, 1_000, middle)).toBe(NORMAL.notSentEveryMs);
  });
});

describe('look-ups of an unknown outcome', () => {
  /** Without the pull of the conclusive moment, which is long past. */
  const at = (unknownForMs: number, timing = FAST): number | null =>
    nextLookupDelay(
      unknownFor(unknownForMs, { sinceLastSentMs: unknownForMs + CONCLUSIVE }),
      { ...rules('lookup'), timing },
      middle,
    );

  it('come at the offsets of the schedule, then at a fixed pace, and end', () => {
    expect([0, 200, 999, 1_000, 3_000, 10_000, 30_000, 31_000].map((ms) => at(ms))).toEqual([
      200, 800, 1, 2_000, 7_000, 20_000, 30_000, 30_000,
    ]);
    expect([0, 2_000, 10_000, 30_000, 120_000, 300_000, 900_000, HOUR, 2 * HOUR].map((ms) => at(ms, NORMAL))).toEqual([
      2_000,
      8_000,
      20_000,
      90_000,
      180_000,
      600_000,
      2_700_000,
      HOUR,
      HOUR,
    ]);
    expect(at(DAY - 1, NORMAL)).toBe(HOUR);
    expect(at(DAY, NORMAL)).toBeNull();
  });

  it('vary by a fifth', () => {
    const delays = [least, most].map((random) => nextLookupDelay(unknownFor(5_000), rules('lookup'), random));
    expect(delays).toEqual([4_000, 6_000]);
  });

  it.each(['lookup', 'eventual lookup', 'key', 'key with a look-up'] as const)(
    'by %s fall just after the moment from which "not found" can be believed',
    (name) => {
      const before = (ms: number) => nextLookupDelay(unknownFor(CONCLUSIVE - ms), rules(name), most);
      expect([10_000, 5_000, 1].map(before)).toEqual([10_050, 5_050, 51]);
      expect(nextLookupDelay(unknownFor(CONCLUSIVE), rules(name), middle)).toBe(10_000);
    },
  );

  it('without recovery or without a send know no such moment', () => {
    expect(nextLookupDelay(unknownFor(CONCLUSIVE - 1), rules('none'), middle)).toBe(10_001);
    const never = unknownFor(CONCLUSIVE - 1, { sinceLastSentMs: null });
    expect(nextLookupDelay(never, rules('lookup'), middle)).toBe(10_001);
  });

  it('begin from nothing known as from the first moment', () => {
    expect(nextLookupDelay(unknownFor(0, { unknownForMs: null }), rules('lookup'), middle)).toBe(200);
  });
});

it('what waits for others is looked at again: parked daily, accepted at the pace of look-ups', () => {
  expect(parkedDelay()).toBe(DAY);
  expect([least, middle, most].map((random) => submittedDelay(NORMAL, random))).toEqual([HOUR * 0.8, HOUR, HOUR * 1.2]);
  expect(submittedDelay({ ...NORMAL, lookupEveryMs: 7 * DAY }, middle)).toBe(DAY);
});

it('an outcome without recovery is told to a person when a schedule of look-ups would have come to its pace', () => {
  expect([awaitingFileDelay(NORMAL), awaitingFileDelay(FAST)]).toEqual([HOUR, 30_000]);
  expect(awaitingFileDelay({ ...FAST, lookupsMs: [] })).toBe(FAST.lookupEveryMs);
});
