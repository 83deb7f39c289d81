import { v5 as uuidv5 } from 'uuid';
import type { Caller } from '../access/caller.js';
import type { IdempotentRequest } from '../answer.js';

const NAMESPACE = '5f3c2a0e-8d0b-4c55-9a3e-6d1f7b9e2c41';

/** The same UUID for the same request, however often it comes: what is named by it is there once. */
export function uuidOf({ tenantId }: Caller, { key, fingerprint }: IdempotentRequest): string {
  return uuidv5(`${tenantId}|${key}|${fingerprint.toString('hex')}`, NAMESPACE);
}
