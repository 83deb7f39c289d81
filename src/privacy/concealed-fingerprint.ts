import { createHmac } from 'node:crypto';
import { deriveKey, type MasterKey } from './master-key.js';

/**
 * 32 bytes that are the same for the same request: its HMAC-SHA256 under a key of ours. Requests hold member numbers and
 * credentials, few enough or weak enough to try them all against a plain digest; without the key nobody can.
 */
export function concealedFingerprint(master: MasterKey, request: string): Buffer {
  return createHmac('sha256', deriveKey(master, 'request-fingerprint:v2')).update(request, 'utf8').digest();
}
