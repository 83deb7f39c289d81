import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What every sealed value costs beside its plaintext and header, in bytes. */
export const SEALING_OVERHEAD = IV_BYTES + TAG_BYTES;

/** Encrypts under AES-256-GCM with a random 96-bit IV: `IV ‖ ciphertext ‖ tag`. At most 2^32 values under one key (SP 800-38D, 8.3). */
export function encrypt(key: Buffer | KeyObject, plaintext: Buffer, boundTo: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo);
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts what `encrypt` made; `null` when key, place or a single byte is not the same. */
export function decrypt(key: Buffer | KeyObject, sealed: Buffer, boundTo: Buffer): Buffer | null {
  if (sealed.length < SEALING_OVERHEAD) return null;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const opened = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    return null;
  }
}

/** The fields a ciphertext is bound to as one byte string: each after its length, so that no two lists of fields give the same bytes. */
export function bound(...fields: readonly string[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
