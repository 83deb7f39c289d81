import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { gunzipped, utf8Text } from '../../src/kit/unpack.js';
import { SettlementFault } from '../../src/spec/settlement.js';

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SettlementFault) return error.reason;
    throw error;
  }
  return 'none';
}

describe('unpacking', () => {
  it.each([0, 1, 12, 100_000])('gives back the %i bytes that were packed', (size) => {
    const bytes = randomBytes(size);
    expect(Buffer.from(gunzipped(gzipSync(bytes))).equals(bytes)).toBe(true);
  });

  it('stops at a hundred times the packed size, long before the bomb is unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(50_000);
    expect(reasonOf(() => gunzipped(bomb))).toBe('too-large');
  });

  it('stops at its limit, whatever the ratio', () => {
    const packed = gzipSync(randomBytes(1_000));
    expect(gunzipped(packed, 1_000)).toHaveLength(1_000);
    expect(reasonOf(() => gunzipped(packed, 999))).toBe('too-large');
  });

  it('believes no file that is cut anywhere', () => {
    const whole = gzipSync('#CRS,1,us,20261121,0,0\n');
    for (let end = 0; end < whole.length; end += 1) {
      expect(reasonOf(() => gunzipped(whole.subarray(0, end)))).toBe('cut-off');
    }
  });

  it.each<[string, (packed: Buffer) => Buffer]>([
    ['text', () => Buffer.from('#CRS,1,us,20261121,0,0\n')],
    ['a login page', () => Buffer.from('<html><body>Please log in</body></html>')],
    ['two files in one', (packed) => Buffer.concat([packed, packed])],
    ['zeros after its end', (packed) => Buffer.concat([packed, Buffer.alloc(512)])],
    ['a changed length', (packed) => changed(packed, packed.length - 1)],
    ['a changed checksum', (packed) => changed(packed, packed.length - 5)],
    ['changed content', (packed) => changed(packed, 14)],
  ])('does not read %s', (_what, spoil) => {
    expect(reasonOf(() => gunzipped(spoil(gzipSync('some lines, and some more\n'))))).toBe('unreadable');
  });
});

describe('text', () => {
  it('is UTF-8, without its byte order mark', () => {
    expect(utf8Text(Buffer.from('\ufeff王,1\n'))).toBe('王,1\n');
  });

  it.each([
    ['another character set', Buffer.from([0xcd, 0xf5, 0x2c])],
    ['half a character', Buffer.from('王').subarray(0, 2)],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
    ['an overlong form', Buffer.from([0xc0, 0xaf])],
  ])('is not %s', (_what, bytes) => {
    expect(reasonOf(() => utf8Text(bytes))).toBe('unreadable');
  });
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x40;
  return copy;
}
