import { createHmac } from 'node:crypto';
import { deriveKey, type MasterKey } from './master-key.js';

/** A request's fingerprint under a key of ours: whoever reads it cannot try which secrets the request held. */
export function concealedFingerprint(master: MasterKey, fingerprint: Buffer): Buffer {
  return createHmac('sha256', deriveKey(master, 'request-fingerprint:v1')).update(fingerprint).digest();
}
