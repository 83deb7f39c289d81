import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromTypeId, type IdPrefix, toTypeId } from '../../src/spec/typeid.js';

const PREFIXES: readonly IdPrefix[] = ['ten', 'lnk', 'op', 'con', 'key', 'evt', 'req'];
const NIL = '00000000-0000-0000-0000-000000000000';
const MAX = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
/** Every 128-bit value, not only well-formed UUID versions. */
const uuids = fc.bigInt(0n, (1n << 128n) - 1n).map((value) => {
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
});

describe('TypeID', () => {
  it.each([
    // Samples of the specification, valid.yml of github.com/jetify-com/typeid, under a prefix of ours.
    [NIL, '00000000000000000000000000'],
    ['00000000-0000-0000-0000-000000000001', '00000000000000000000000001'],
    ['00000000-0000-0000-0000-00000000000a', '0000000000000000000000000a'],
    ['00000000-0000-0000-0000-000000000010', '0000000000000000000000000g'],
    ['00000000-0000-0000-0000-000000000020', '00000000000000000000000010'],
    [MAX, '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['0110c853-1d09-52d8-d73e-1194e95b5f19', '0123456789abcdefghjkmnpqrs'],
    ['01890a5d-ac96-774b-bcce-b302099a8057', '01h455vb4pex5vsknk084sn02q'],
  ])('writes %s as %s', (uuid, suffix) => {
    expect(toTypeId('op', uuid)).toBe(`op_${suffix}`);
    expect(fromTypeId('op', `op_${suffix}`)).toBe(uuid);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PREFIXES), uuids, (prefix, uuid) => {
        expect(fromTypeId(prefix, toTypeId(prefix, uuid))).toBe(uuid);
      }),
    );
  });

  it('sorts as its UUIDs do', () => {
    fc.assert(
      fc.property(uuids, uuids, (one, two) => {
        expect(toTypeId('op', one) < toTypeId('op', two)).toBe(one < two);
      }),
    );
  });

  it('has one spelling: whatever reads, reads back as it was', () => {
    const suffixes = fc.string({
      unit: fc.constantFrom(...Array.from('0127abgkmzilou')),
      minLength: 26,
      maxLength: 26,
    });
    fc.assert(
      fc.property(suffixes, (suffix) => {
        const uuid = fromTypeId('lnk', `lnk_${suffix}`);
        expect(uuid === null || toTypeId('lnk', uuid) === `lnk_${suffix}`).toBe(true);
      }),
    );
  });

  it('is read under its own prefix only', () => {
    for (const written of PREFIXES) {
      for (const read of PREFIXES) {
        expect(fromTypeId(read, toTypeId(written, MAX))).toBe(read === written ? MAX : null);
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['a prefix alone', 'op_'],
    ['one character too few', `op_${'0'.repeat(25)}`],
    ['one too many', `op_${'0'.repeat(27)}`],
    ['more than 128 bits', `op_8${'z'.repeat(25)}`],
    ['upper case', `op_${'0'.repeat(25)}A`],
    ['a letter left out of the alphabet', `op_${'0'.repeat(25)}u`],
    ['another separator', `op-${'0'.repeat(26)}`],
    ['a newline after it', `op_${'0'.repeat(26)}\n`],
    ['a UUID', NIL],
    ['a prefix twice', `op_op_${'0'.repeat(26)}`],
  ])('is not %s', (_what, id) => {
    expect(fromTypeId('op', id)).toBeNull();
  });

  it.each([
    ['upper case', MAX.toUpperCase()],
    ['no dashes', MAX.replaceAll('-', '')],
    ['something else', 'x'],
  ])('is not written from a UUID in %s', (_what, uuid) => {
    expect(() => toTypeId('op', uuid)).toThrow(RangeError);
  });
});
