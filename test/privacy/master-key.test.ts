import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { deriveKey, masterKeyFromBytes, rolePassword } from '../../src/privacy/master-key.js';

const BYTES = Buffer.alloc(32, 7);
const TEXT = BYTES.toString('base64');
describe('masterKeyFromBytes', () => {
  it.each([0, 31, 33])('refuses %d bytes', (length) => {
    expect(() => masterKeyFromBytes(Buffer.alloc(length, 7))).toThrow('32 bytes');
  });

  it('shows nothing of the key when it is printed', () => {
    const key = masterKeyFromBytes(BYTES);
    for (const printed of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify({ key })]) {
      expect(printed).not.toContain(TEXT.slice(0, 8));
      expect(printed).not.toContain('0707');
      expect(printed).not.toContain('7,7');
    }
  });
});

describe('derivation', () => {
  const master = masterKeyFromBytes(BYTES);

  it('is HKDF-SHA256, the same at every start', () => {
    // Computed with Python: HKDF-extract(zero salt), HKDF-expand(info 'interline:blind-index:v1:x', 32).
    expect(deriveKey(master, 'blind-index:v1:x').export().toString('hex')).toBe(
      '7303f5565d7c6f43d598b69a951481ec368e5df317bdde92d801a677ec583242',
    );
    expect(deriveKey(masterKeyFromBytes(BYTES), 'p').equals(deriveKey(master, 'p'))).toBe(true);
  });

  it('gives every purpose and every master key its own', () => {
    const other = masterKeyFromBytes(Buffer.alloc(32, 8));
    const keys = [deriveKey(master, 'a'), deriveKey(master, 'b'), deriveKey(other, 'a'), deriveKey(other, 'b')];
    expect(new Set(keys.map((key) => key.export().toString('hex'))).size).toBe(4);
  });

  it('makes role passwords that need no escaping', () => {
    const passwords = (['app', 'relay', 'queue'] as const).map((role) => rolePassword(master, role));
    expect(new Set(passwords).size).toBe(3);
    for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
