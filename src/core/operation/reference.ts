import { randomInt } from 'node:crypto';

/**
 * Mints our own identifier of an operation: 20 decimal digits, 13 of Unix milliseconds and 7 random, so that it fits the
 * narrowest supplier. Never from a sequence: a restored backup would hand out an old one, and a `key` supplier would answer it
 * with an old receipt.
 */
export function mintReference(nowMs: number): string {
  return String(nowMs).padStart(13, '0') + String(randomInt(10_000_000)).padStart(7, '0');
}
