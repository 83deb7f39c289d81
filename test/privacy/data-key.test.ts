import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DataKeyOwner, newDataKey, unwrapDataKey, wrapDataKey } from '../../src/privacy/data-key.js';
import { masterKeyFromBytes } from '../../src/privacy/master-key.js';

const master = masterKeyFromBytes(Buffer.alloc(32, 1));
const other = masterKeyFromBytes(Buffer.alloc(32, 2));
const owner: DataKeyOwner = { tenantId: 'tenant', subject: 'subject', version: 1 };
const { bytes } = newDataKey(1);

describe('wrapDataKey and unwrapDataKey', () => {
  it('give back the key with its version', () => {
    expect(unwrapDataKey(master, wrapDataKey(master, bytes, owner), owner)).toEqual({ version: 1, bytes });
  });

  it('tells a wrong master key from a damaged row', () => {
    const wrapped = wrapDataKey(master, bytes, owner);
    expect(() => unwrapDataKey(other, wrapped, owner)).toThrow('another master key');
    expect(() => unwrapDataKey(master, wrapped.subarray(0, -1), owner)).toThrow('does not unwrap');
    expect(() => unwrapDataKey(master, Buffer.alloc(0), owner)).toThrow('known format');
  });

  it('does not unwrap with any single bit changed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const wrapped = wrapDataKey(master, bytes, owner);
        const byte = at % wrapped.length;
        wrapped.writeUInt8(wrapped.readUInt8(byte) ^ (1 << bit), byte);
        expect(() => unwrapDataKey(master, wrapped, owner)).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('belongs to one tenant, one subject and one version', () => {
    const wrapped = wrapDataKey(master, bytes, owner);
    for (const wrong of [{ tenantId: 'other' }, { subject: 'other' }, { version: 2 }]) {
      expect(() => unwrapDataKey(master, wrapped, { ...owner, ...wrong })).toThrow('does not unwrap');
    }
    // 'ab' + 'c' is not 'a' + 'bc'.
    const joined = wrapDataKey(master, bytes, { tenantId: 'ab', subject: 'c', version: 1 });
    expect(() => unwrapDataKey(master, joined, { tenantId: 'a', subject: 'bc', version: 1 })).toThrow();
  });

  it('holds nothing of the key in the clear', () => {
    expect(wrapDataKey(master, bytes, owner).includes(bytes.subarray(0, 8))).toBe(false);
  });

  it.each([0, 16, 31, 33])('refuses a data key of %d bytes', (length) => {
    expect(() => wrapDataKey(master, Buffer.alloc(length), owner)).toThrow(RangeError);
  });

  it('makes a fresh key every time', () => {
    expect(new Set(Array.from({ length: 50 }, () => newDataKey(1).bytes.toString('hex'))).size).toBe(50);
  });
});
