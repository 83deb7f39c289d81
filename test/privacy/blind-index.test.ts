import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blindIndex } from '../../src/privacy/blind-index.js';
import { masterKeyFromBytes } from '../../src/privacy/master-key.js';

const master = masterKeyFromBytes(Buffer.alloc(32, 7));

describe('blindIndex', () => {
  it('is HMAC-SHA256 under the key derived for the scheme', () => {
    // Computed with Python's hmac over the key of the vector in master-key.test.ts.
    expect(blindIndex(master, 'x', 'NW12345675').toString('hex')).toBe(
      '1e2bc9fc7c21834a8d0eef1ecdcaaef6664891ee18ed39a80c7c977459e0ff78',
    );
  });

  it('differs by number, by scheme and by master key', () => {
    const other = masterKeyFromBytes(Buffer.alloc(32, 8));
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        fc.pre(one !== two);
        const here = blindIndex(master, 'a', one);
        expect(here).toHaveLength(32);
        expect(blindIndex(master, 'a', one).equals(here)).toBe(true);
        expect(blindIndex(master, 'a', two).equals(here)).toBe(false);
        expect(blindIndex(master, 'b', one).equals(here)).toBe(false);
        expect(blindIndex(other, 'a', one).equals(here)).toBe(false);
      }),
    );
  });
});
