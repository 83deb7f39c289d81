import type { JsonRecord } from '../../src/kit/answer.js';
import { optionalText, recordList, requiredPoints, requiredText } from '../../src/kit/answer.js';
import type { Attempt, Found, Receipt, ReversalInput } from '../../src/spec/adapter.js';
import type { Wire } from './client.js';

const REASON_MAX = 200;

export function reversalRequest(input: ReversalInput): Wire['ReversalRequest'] {
  return { points: input.points, reason: input.reason.slice(0, REASON_MAX) };
}

/** A reversal is done at once or refused; the contract has no third answer. */
export function readReversalReceipt(record: JsonRecord): Receipt {
  return {
    supplierReference: requiredText(record, 'supplierReference'),
    final: true,
    echo: {
      reference: requiredText(record, 'reference'),
      points: requiredPoints(record, 'points'),
      memberNumber: requiredText(record, 'memberNo'),
    },
    businessDate: optionalText(record, 'businessDate'),
  };
}

/** Looks for our reversal among those that its accrual lists. */
export function readReversalFound(accrual: JsonRecord, attempt: Attempt): Found {
  const ours = recordList(accrual, 'reversals').find((entry) => requiredText(entry, 'reference') === attempt.reference);
  return ours === undefined ? { found: 'absent' } : { found: 'posted', receipt: readReversalReceipt(ours) };
}
