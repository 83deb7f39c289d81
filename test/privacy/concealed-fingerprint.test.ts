import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { concealedFingerprint } from '../../src/privacy/concealed-fingerprint.js';
import { masterKeyFromBytes } from '../../src/privacy/master-key.js';

const master = masterKeyFromBytes(Buffer.alloc(32, 7));
const REQUEST = 'POST /v1/links\n{"memberNumber":"NW12345675"}';

it('is HMAC-SHA256 under a key derived for nothing else', () => {
  // Computed with Python's hmac: HKDF without salt over 32 bytes of 7, the purpose as info.
  expect(concealedFingerprint(master, REQUEST).toString('hex')).toBe(
    '083b471121cf10d8471003b29c39f76a6ea42a829e3f52553ec25c9189acb52e',
  );
});

it('differs by request and by master key, and is no plain digest', () => {
  const other = masterKeyFromBytes(Buffer.alloc(32, 8));
  const prints = [
    concealedFingerprint(master, REQUEST),
    concealedFingerprint(master, REQUEST.replace('5675', '5676')),
    concealedFingerprint(other, REQUEST),
    createHash('sha256').update(REQUEST).digest(),
  ];
  expect(new Set(prints.map((print) => print.toString('hex'))).size).toBe(4);
  expect(concealedFingerprint(master, REQUEST)).toEqual(prints[0]);
});
