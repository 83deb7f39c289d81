import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkMemberNumber, maskMemberNumber, normaliseMemberNumber } from '../../../src/core/link/member-number.js';
import type { MemberNumberRule } from '../../../src/spec/scheme.js';

const description = { zh: '会员号', en: 'Member number' };
const rule = (pattern: string, check: MemberNumberRule['check']): MemberNumberRule => ({ pattern, check, description });
const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((list) => list.join(''));

describe('normaliseMemberNumber', () => {
  it.each([
    ['  nw 1234-5678  ', 'NW12345678'],
    ['ＮＷ１２３４５６７８', 'NW12345678'],
    ['ｃａ　００１２－３４５６', 'CA00123456'],
    ['12\u201334\u221256\u200b78', '12345678'],
    ['\ufeff12345678\u202c', '12345678'],
  ])('reads %j as %s', (raw, normalised) => {
    expect(normaliseMemberNumber(raw)).toBe(normalised);
  });

  it('invents no ASCII letter out of a foreign one', () => {
    expect(normaliseMemberNumber('ßıſ')).toBe('ßıſ');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const once = normaliseMemberNumber(raw);
        expect(normaliseMemberNumber(once)).toBe(once);
      }),
    );
  });

  it('does not see how a number was grouped', () => {
    const separator = fc.constantFrom('', ' ', '-', '\u3000', '\u2014', ' - ');
    fc.assert(
      fc.property(fc.array(fc.tuple(digits(1, 4), separator), { minLength: 1, maxLength: 6 }), (groups) => {
        const spaced = groups.map(([group, gap]) => group + gap).join('');
        expect(normaliseMemberNumber(spaced)).toBe(groups.map(([group]) => group).join(''));
      }),
    );
  });
});

describe('checkMemberNumber', () => {
  it.each([
    // ISO/IEC 7812 sample numbers.
    ['79927398713', 'ok'],
    ['4111111111111111', 'ok'],
    ['79927398710', 'check-digit'],
    ['0', 'check-digit'],
    ['7992739871X', 'pattern'],
  ])('luhn: %s is %s', (number, verdict) => {
    expect(checkMemberNumber(rule('[0-9]+', 'luhn'), number)).toBe(verdict);
  });

  it.each([
    // 1234567 = 7 * 176366 + 5
    ['12345675', 'ok'],
    ['12345674', 'check-digit'],
    ['NW12345675', 'pattern'],
  ])('mod7: %s is %s', (number, verdict) => {
    expect(checkMemberNumber(rule('^[0-9]{8}$', 'mod7'), number)).toBe(verdict);
  });

  it('leaves the letters of a prefix out of the sum', () => {
    expect(checkMemberNumber(rule('^NW[0-9]{8}$', 'mod7'), 'NW12345675')).toBe('ok');
    expect(checkMemberNumber(rule('^HH[0-9]{11}$', 'luhn'), 'HH79927398713')).toBe('ok');
  });

  it('matches whole numbers, also where a pattern has alternatives', () => {
    const either = rule('^A[0-9]{2}|B[0-9]{2}$', 'none');
    expect(checkMemberNumber(either, 'A12')).toBe('ok');
    expect(checkMemberNumber(either, 'A123')).toBe('pattern');
    expect(checkMemberNumber(either, 'XB12')).toBe('pattern');
    expect(checkMemberNumber(either, 'A12\n')).toBe('pattern');
  });

  it('agrees with the definition of mod7 for numbers beyond 2^53', () => {
    fc.assert(
      fc.property(digits(1, 30), fc.integer({ min: 0, max: 9 }), (payload, last) => {
        const verdict = checkMemberNumber(rule('[0-9]+', 'mod7'), `${payload}${last}`);
        expect(verdict).toBe(BigInt(payload) % 7n === BigInt(last) ? 'ok' : 'check-digit');
      }),
    );
  });

  it('luhn accepts one last digit of ten and finds every single wrong digit', () => {
    fc.assert(
      fc.property(digits(1, 25), fc.nat(), fc.integer({ min: 1, max: 9 }), (payload, at, by) => {
        const valid = Array.from('0123456789', (last) => payload + last).filter(
          (number) => checkMemberNumber(rule('[0-9]+', 'luhn'), number) === 'ok',
        );
        expect(valid).toHaveLength(1);
        const list = Array.from(valid[0] ?? '');
        const place = at % list.length;
        list[place] = String((Number(list[place]) + by) % 10);
        expect(checkMemberNumber(rule('[0-9]+', 'luhn'), list.join(''))).toBe('check-digit');
      }),
    );
  });
});

describe('maskMemberNumber', () => {
  it.each([
    ['', '****'],
    ['12', '****'],
    ['12345', '****5'],
    ['12345678', '****78'],
    ['123456789012', '****9012'],
    ['12345678901234567890', '****7890'],
  ])('shows %s as %s', (number, masked) => {
    expect(maskMemberNumber(number)).toBe(masked);
  });

  it('never shows more than four characters or a third', () => {
    fc.assert(
      fc.property(digits(0, 40), (number) => {
        const shown = maskMemberNumber(number).replaceAll('*', '');
        expect(number.endsWith(shown)).toBe(true);
        expect(shown.length).toBeLessThanOrEqual(Math.min(4, number.length / 3));
      }),
    );
  });
});
