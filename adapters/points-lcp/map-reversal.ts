import type { JsonRecord } from '../../src/kit/answer.js';
import { optionalText } from '../../src/kit/answer.js';
import type { Receipt, ReversalInput } from '../../src/spec/adapter.js';
import { points } from '../../src/spec/values.js';
import type { Wire } from './client.js';
import { failure, outcomeOf, systemError, unbelievable } from './errors.js';

/** The sign is the member's: undoing a credit takes points away. */
export function reversal(input: ReversalInput): Wire['Reversal'] {
  return { transactionId: input.original.supplierReference, amount: points(0 - input.points) };
}

/**
 * Reads the answer about the posting `original`. A `systemError` leaves no token: its `transactionId` is the
 * posting's, and RetryTransaction with that would attempt the posting again.
 */
export function readReversalReceipt(content: JsonRecord, original: string): Receipt {
  const outcome = outcomeOf(content);
  switch (outcome) {
    case 'success':
      return receipt(content, original);
    case 'failure':
      throw failure(content);
    case 'system-error':
      throw systemError();
    default:
      return outcome satisfies never;
  }
}

/** The manual lets a programme repeat the posting's id for the reversal; as a reference that one is taken. */
function receipt(content: JsonRecord, original: string): Receipt {
  const echoed = optionalText(content, 'transactionId');
  if (echoed !== undefined && echoed !== original) throw unbelievable('transactionId is not the one reversed');
  const own = optionalText(content, 'reversalTransactionId');
  return { supplierReference: own === original ? undefined : own, final: true, echo: {} };
}
