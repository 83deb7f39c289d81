import { describe, expect, it } from '@jest/globals';
import { type Asked, echoes, sameNumber } from '../../../src/core/operation/echo.js';
import type { Receipt } from '../../../src/spec/adapter.js';
import { points } from '../../../src/spec/values.js';

const ASKED: Asked = { reference: '17000000000001234567', points: 1_200, memberNumber: 'CA 1234-5678' };

describe('echoes', () => {
  it.each<[string, Receipt['echo'], boolean]>([
    ['nothing', {}, true],
    ['everything we asked', { reference: ASKED.reference, points: points(1_200), memberNumber: 'CA12345678' }, true],
    ['another reference', { reference: '17000000000001234568' }, false],
    ['a reference cut short', { reference: '1700000000000123456' }, false],
    ['an empty reference', { reference: '' }, false],
    ['other points', { points: points(1_201) }, false],
    ['no points', { points: points(0) }, false],
    ['points the other way', { points: points(-1_200) }, false],
    ['another member', { memberNumber: 'CA12345679' }, false],
    ['a masked member', { memberNumber: '****5678' }, false],
    ['the right points for another reference', { reference: 'x', points: points(1_200) }, false],
    ['the right reference with other points', { reference: ASKED.reference, points: points(1) }, false],
  ])('a receipt that says %s', (_name, echo, matches) => {
    expect(echoes({ echo }, ASKED)).toBe(matches);
  });
});

describe('sameNumber', () => {
  it.each<[string, string, boolean]>([
    ['CA12345678', 'CA12345678', true],
    ['CA 1234 5678', 'CA12345678', true],
    ['CA-1234-5678', 'CA 1234\t5678 ', true],
    ['ca12345678', 'CA12345678', true],
    ['CA12345678', 'CA1234567', false],
    ['CA012345678', 'CA12345678', false],
    ['12345678', 'CA12345678', false],
    ['CA.12345678', 'CA12345678', false],
  ])('%p and %p: %p', (a, b, same) => {
    expect([sameNumber(a, b), sameNumber(b, a)]).toEqual([same, same]);
  });
});
