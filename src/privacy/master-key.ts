import { createSecretKey, hkdfSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const KEY_BYTES = 32;
const FILE_NAME = 'master.key';
const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=$/;

/** The one secret that everything else is derived from or wrapped under. A key object, so that printing one shows nothing. */
export type MasterKey = KeyObject & { readonly __brand: 'MasterKey' };

/** Reads a master key of 32 bytes in base64; the error says what is expected and never repeats the text. */
export function masterKeyFromBase64(text: string): MasterKey {
  if (!BASE64_OF_32_BYTES.test(text)) throw new Error('the master key has to be 32 bytes in base64 (44 characters)');
  return createSecretKey(Buffer.from(text, 'base64')) as MasterKey;
}

/** The same from the 32 bytes themselves. */
export function masterKeyFromBytes(bytes: Buffer): MasterKey {
  if (bytes.length !== KEY_BYTES) throw new Error(`the master key has 32 bytes, not ${bytes.length}`);
  return createSecretKey(bytes) as MasterKey;
}

/**
 * The master key from the environment or else, for development, from `master.key` (mode 0600) in the data directory, made on
 * first use. Two processes that start at once end with the same key. Refuses a file that others may read.
 */
export function loadOrCreateMasterKey(dataDir: string, fromEnv?: string): MasterKey {
  if (fromEnv !== undefined) return masterKeyFromBase64(fromEnv);
  const path = join(dataDir, FILE_NAME);
  return readKeyFile(path) ?? createKeyFile(dataDir, path);
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

function readKeyFile(path: string): MasterKey | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
  // Windows has no such bits; there the file takes the rights of the user's own directory.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw new Error(`${path} may be read by other users: chmod 600 it, or make a new key if it was exposed`);
  }
  try {
    return masterKeyFromBase64(text);
  } catch (cause) {
    throw new Error(`${path} does not hold a master key: 32 bytes in base64`, { cause });
  }
}

/** Written and synced aside, then linked into place: nobody ever sees half a key, and of two creators one wins. */
function createKeyFile(dataDir: string, path: string): MasterKey {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const aside = `${path}.${randomUUID()}`;
  const file = openSync(aside, 'wx', 0o600);
  try {
    writeSync(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(aside, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(aside);
  }
  const key = readKeyFile(path);
  if (key === null) throw new Error(`${path} vanished while it was being created`);
  return key;
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
