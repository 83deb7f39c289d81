import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;

/** The one secret that everything else is derived from or wrapped under. A key object, so that printing one shows nothing. */
export type MasterKey = KeyObject & { readonly __brand: 'MasterKey' };

/** The master key from its 32 bytes. */
export function masterKeyFromBytes(bytes: Buffer): MasterKey {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`the master key has ${KEY_BYTES} bytes, not ${bytes.length}`);
  return createSecretKey(bytes) as MasterKey;
}

/** Derivation costs four times an HMAC, and purposes are few: each is derived once per master key. */
const derived = new WeakMap<MasterKey, Map<string, KeyObject>>();

/**
 * The key of 32 bytes for one purpose, such as `blind-index:v1:<scheme>`, by HKDF-SHA256 (RFC 5869; no salt, since the input is
 * uniformly random already).
 */
export function deriveKey(master: MasterKey, purpose: string): KeyObject {
  const known = derived.get(master) ?? new Map<string, KeyObject>();
  derived.set(master, known);
  const key = known.get(purpose) ?? createSecretKey(expand(master, purpose));
  known.set(purpose, key);
  return key;
}

/** The password of a login role that the migrations create: base64url, so it needs no escaping in a connection string. */
export function rolePassword(master: MasterKey, role: 'app' | 'relay' | 'queue'): string {
  return deriveKey(master, `role-password:v1:${role}`).export().toString('base64url');
}

function expand(master: MasterKey, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `interline:${purpose}`, KEY_BYTES));
}
