import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 of a text's UTF-8 bytes, 32 bytes; encode it as the contract asks. */
export function hmacSha256(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

/** SHA-256 as 64 lower-case hexadecimal digits; a string is hashed as UTF-8. */
export function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Compares two texts in a time that tells neither where they differ nor how long the expected one is. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

/** UTF-16, because UTF-8 writes every lone surrogate alike and two different texts would compare equal. */
function digest(text: string): Buffer {
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest();
}
