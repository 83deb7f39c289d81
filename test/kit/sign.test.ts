import { describe, expect, it } from '@jest/globals';
import { hmacSha256, sameText, sha256Hex } from '../../src/kit/sign.js';

describe('sign', () => {
  it('agrees with RFC 4231, test case 2', () => {
    const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(hmacSha256('Jefe', 'what do ya want for nothing?').toString('hex')).toBe(expected);
    expect(hmacSha256(Buffer.from('Jefe'), 'what do ya want for nothing?').toString('hex')).toBe(expected);
  });

  it('agrees with FIPS 180-2 on "abc", and hashes texts as UTF-8', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('王')).toBe(sha256Hex(Buffer.from([0xe7, 0x8e, 0x8b])));
  });

  it.each([
    ['a', 'a', true],
    ['', '', true],
    ['王', '王', true],
    ['a', 'b', false],
    ['a', 'a ', false],
    ['', 'a', false],
    ['\ud800', '\ufffd', false],
  ])('compares %j and %j', (a, b, same) => {
    expect(sameText(a, b)).toBe(same);
  });
});
