import type { RefundInput } from '../../src/spec/adapter.js';
import type { Wire } from './client.js';

/** The sign is the member's: undoing a debit gives points back. */
export function refund(input: RefundInput): Wire['Reversal'] {
  return { transactionId: input.original.supplierReference, amount: input.points };
}
