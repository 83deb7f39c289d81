import type { RefusalReason } from '../spec/errors.js';
import { AdapterFault } from '../spec/errors.js';

/** A definite refusal: the supplier's own, or ours of what its contract has no place for, before anything was sent. */
export function rejected(reason: RefusalReason, supplierCode: string): AdapterFault {
  return new AdapterFault({ kind: 'rejected', reason, supplierCode });
}

/** What only a person can decide. */
export function unmapped(supplierCode: string): AdapterFault {
  return new AdapterFault({ kind: 'unmapped', supplierCode });
}

/** An answer that came whole and cannot be believed. */
export function unbelievable(detail: string): AdapterFault {
  return new AdapterFault({ kind: 'unknown-outcome', detail });
}
