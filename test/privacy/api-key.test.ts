import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashApiKey, mintApiKey } from '../../src/privacy/api-key.js';

describe('mintApiKey', () => {
  it.each(['test', 'live'] as const)('makes a %s key that its own hash finds', (environment) => {
    const { token, hash, prefix } = mintApiKey(environment);
    expect(token).toMatch(new RegExp(`^ilk_${environment}_[0-9A-Za-z]{43}$`));
    expect(hash).toEqual(createHash('sha256').update(token).digest());
    expect(hashApiKey(token)).toEqual(hash);
    expect(token.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength('ilk_test_'.length + 6);
  });

  it('makes another every time, using the whole alphabet', () => {
    const tokens = Array.from({ length: 300 }, () => mintApiKey('test').token);
    expect(new Set(tokens).size).toBe(300);
    expect(new Set(tokens.flatMap((token) => Array.from(token.slice('ilk_test_'.length)))).size).toBe(62);
  });
});

describe('hashApiKey', () => {
  const { token } = mintApiKey('test');
  it.each([
    ['empty', ''],
    ['cut', token.slice(0, -1)],
    ['too long', `${token}0`],
    ['another environment', token.replace('test', 'prod')],
    ['upper case', token.replace('ilk', 'ILK')],
    ['a foreign character', `${token.slice(0, -1)}-`],
    ['a newline after it', `${token}\n`],
    ['a JWT', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('has no hash for a token that is %s', (_name, malformed) => {
    expect(hashApiKey(malformed)).toBeNull();
  });
});
