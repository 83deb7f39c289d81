import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newDataKey } from '../../src/privacy/data-key.js';
import { type DataKey, open, type Place, seal, sealedVersion } from '../../src/privacy/envelope.js';

const place: Place = { tenantId: 'tenant', table: 'link', column: 'holder', rowId: 'row' };
const key = newDataKey(1);

const places = fc.record<Place>({
  tenantId: fc.uuid(),
  table: fc.string({ maxLength: 12 }),
  column: fc.string({ maxLength: 12 }),
  rowId: fc.uuid(),
});
const bytes = fc.uint8Array({ maxLength: 80 }).map((list) => Buffer.from(list));
const keys = fc
  .tuple(fc.integer({ min: 1, max: 65_535 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([version, list]): DataKey => ({ version, bytes: Buffer.from(list) }));

describe('seal and open', () => {
  it('give back bytes and text', () => {
    fc.assert(
      fc.property(keys, bytes, fc.string({ unit: 'binary' }), places, (dataKey, plain, text, where) => {
        expect(open(dataKey, seal(dataKey, plain, where), where)).toEqual(plain);
        expect(open(dataKey, seal(dataKey, text, where), where).toString('utf8')).toBe(text);
        expect(sealedVersion(seal(dataKey, plain, where))).toBe(dataKey.version);
      }),
    );
  });

  it('does not open with any single bit changed', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.integer({ min: 0, max: 7 }), (plain, at, bit) => {
        const sealed = seal(key, plain, place);
        const byte = at % sealed.length;
        sealed.writeUInt8(sealed.readUInt8(byte) ^ (1 << bit), byte);
        expect(() => open(key, sealed, place)).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('does not open when cut or extended', () => {
    const sealed = seal(key, 'CR1234567890', place);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => open(key, sealed.subarray(0, length), place)).toThrow();
    }
    expect(() => open(key, Buffer.concat([sealed, Buffer.of(0)]), place)).toThrow();
  });

  it('opens in its own place only', () => {
    fc.assert(
      fc.property(places, places, (here, there) => {
        fc.pre(JSON.stringify(here) !== JSON.stringify(there));
        expect(() => open(key, seal(key, 'x', here), there)).toThrow();
      }),
    );
    for (const field of ['tenantId', 'table', 'column', 'rowId'] as const) {
      expect(() => open(key, seal(key, 'x', place), { ...place, [field]: 'other' })).toThrow('does not open');
    }
  });

  it('does not let neighbouring fields run into one another', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 2, maxLength: 20 }), fc.nat(), (joined, at) => {
        const cut = 1 + (at % (joined.length - 1));
        const split = { ...place, table: joined.slice(0, cut), column: joined.slice(cut) };
        const whole = { ...place, table: joined, column: '' };
        expect(() => open(key, seal(key, 'x', split), whole)).toThrow();
      }),
    );
  });

  it('does not open under another key, or the same key as another version', () => {
    const sealed = seal(key, 'x', place);
    expect(() => open({ version: 1, bytes: randomBytes(32) }, sealed, place)).toThrow('does not open');
    expect(() => open({ ...key, version: 2 }, sealed, place)).toThrow('key version 1, not 2');
    const relabelled = Buffer.from(sealed);
    relabelled.writeUInt16BE(2, 1);
    expect(() => open({ ...key, version: 2 }, relabelled, place)).toThrow('does not open');
  });

  it('names table and column in its error, but neither row, tenant nor content', () => {
    const secret = { tenantId: 'tenant-secret', table: 'link', column: 'holder', rowId: 'row-secret' };
    const attempt = (): unknown => open(newDataKey(1), seal(key, 'content-secret', secret), secret);
    expect(attempt).toThrow('link.holder');
    expect(attempt).not.toThrow(/secret/);
  });

  it('never seals the same value the same way twice', () => {
    const all = new Set(Array.from({ length: 200 }, () => seal(key, 'same', place).toString('hex')));
    expect(all.size).toBe(200);
  });

  it.each([0, -1, 1.5, 65_536, Number.NaN])('refuses key version %d', (version) => {
    expect(() => seal({ ...key, version }, 'x', place)).toThrow(RangeError);
  });
});
