import { createHmac } from 'node:crypto';
import { deriveKey, type MasterKey } from './master-key.js';

/**
 * What a member number is found by without being stored: 32 bytes of HMAC-SHA256 over the normalised number. The key is the
 * scheme's and not the tenant's, because settlement files and the guard against guessing numbers span tenants.
 */
export function blindIndex(master: MasterKey, scheme: string, normalisedNumber: string): Buffer {
  return createHmac('sha256', deriveKey(master, `blind-index:v1:${scheme}`))
    .update(normalisedNumber, 'utf8')
    .digest();
}
