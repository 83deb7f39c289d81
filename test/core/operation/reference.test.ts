import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mintReference } from '../../../src/core/operation/reference.js';

it('a reference is 20 digits: 13 of milliseconds and 7 of chance', () => {
  const property = fc.property(fc.integer({ min: 0, max: 9_999_999_999_999 }), (nowMs) => {
    const reference = mintReference(nowMs);
    expect(reference).toMatch(/^[0-9]{20}$/);
    expect(Number(reference.slice(0, 13))).toBe(nowMs);
  });
  fc.assert(property);
});

it('two of the same millisecond differ, and no sequence is in them', () => {
  const minted = Array.from({ length: 100 }, () => mintReference(1_700_000_000_000));
  // Birthday bound: 100 of 10^7 collide once in two thousand runs; two collisions never.
  expect(new Set(minted).size).toBeGreaterThanOrEqual(99);
  const steps = new Set(minted.slice(1).map((reference, index) => BigInt(reference) - BigInt(minted[index] ?? 0)));
  expect(steps.size).toBeGreaterThan(90);
});
