import { type KeyObject, randomBytes } from 'node:crypto';
import type { DataKey } from './envelope.js';
import { deriveKey, type MasterKey } from './master-key.js';
import { bound, decrypt, encrypt } from './sealing.js';

/** Whose key it is; a wrapped key under another owner or version does not unwrap. */
export interface DataKeyOwner {
  readonly tenantId: string;
  /** What the key protects and what erasing it erases: one link, one tenant's webhooks, one connection's secrets. */
  readonly subject: string;
  readonly version: number;
}

// format (1) ‖ fingerprint of the master key (4) ‖ IV (12) ‖ wrapped key (32) ‖ tag (16)
const FORMAT = 1;
const FINGERPRINT_BYTES = 4;
const HEADER_BYTES = 1 + FINGERPRINT_BYTES;
const KEY_BYTES = 32;

/** A fresh data key of 32 random bytes. */
export function newDataKey(version: number): DataKey {
  return { version, bytes: randomBytes(KEY_BYTES) };
}

/** Wraps a data key for storage, under a key that is derived from the master key for nothing else. */
export function wrapDataKey(master: MasterKey, bytes: Buffer, owner: DataKeyOwner): Buffer {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`a data key has ${KEY_BYTES} bytes, not ${bytes.length}`);
  const header = Buffer.concat([Buffer.of(FORMAT), fingerprint(master)]);
  return Buffer.concat([header, encrypt(wrappingKey(master), bytes, boundTo(header, owner))]);
}

/** Unwraps a stored data key; throws when it belongs to another master key, owner or version, or was changed. */
export function unwrapDataKey(master: MasterKey, wrapped: Buffer, owner: DataKeyOwner): DataKey {
  if (wrapped.length < HEADER_BYTES || wrapped.readUInt8(0) !== FORMAT) {
    throw new Error('not a wrapped data key of a known format');
  }
  const header = wrapped.subarray(0, HEADER_BYTES);
  if (!header.subarray(1).equals(fingerprint(master))) {
    throw new Error(
      'this data key was wrapped under another master key: the data and INTERLINE_MASTER_KEY do not belong together',
    );
  }
  const bytes = decrypt(wrappingKey(master), wrapped.subarray(HEADER_BYTES), boundTo(header, owner));
  if (bytes === null)
    throw new Error('the data key does not unwrap: it was changed, or belongs to another subject or version');
  return { version: owner.version, bytes };
}

function wrappingKey(master: MasterKey): KeyObject {
  return deriveKey(master, 'data-key-wrapping:v1');
}

/** Tells a wrong master key from a damaged row, and after a rotation the rows still to be wrapped anew; it reveals nothing of the key. */
function fingerprint(master: MasterKey): Buffer {
  return deriveKey(master, 'master-key-fingerprint:v1').export().subarray(0, FINGERPRINT_BYTES);
}

function boundTo(header: Buffer, owner: DataKeyOwner): Buffer {
  return bound('data-key', header.toString('hex'), owner.tenantId, owner.subject, String(owner.version));
}
