import type { JsonRecord } from '../../src/kit/answer.js';
import {
  optionalPoints,
  optionalRecord,
  optionalText,
  recordList,
  requiredPoints,
  requiredRecord,
  requiredText,
} from '../../src/kit/answer.js';
import { unbelievable } from '../../src/kit/faults.js';
import type { Receipt, StatementLine } from '../../src/spec/adapter.js';
import { type Points, points } from '../../src/spec/values.js';
import { readDay } from './day.js';

/** What a look-up searches for: `points` is a positive magnitude, `direction` its sign in the supplier's books. */
export interface Wanted {
  readonly reference: string;
  readonly card: string;
  readonly points: number;
  readonly direction: 1 | -1;
}

/** The transactions of a page. A page without the list is no empty list: absence must be said, not left out. */
export function transactionsOf(page: JsonRecord): readonly JsonRecord[] {
  const statistics = requiredRecord(page, 'membershipStatistics');
  if (!Array.isArray(statistics['transactions'])) throw unbelievable('transactions is missing');
  return recordList(statistics, 'transactions');
}

export function idOf(transaction: JsonRecord): string {
  return requiredText(transaction, 'id');
}

/**
 * The receipt of our own transaction on a page, `null` without one. The reference decides; card and points are echoed
 * as the supplier has them, so that a difference is seen.
 */
export function readOwn(transactions: readonly JsonRecord[], wanted: Wanted): Receipt | null {
  const ours = transactions.filter((each) => referenceOf(each) === wanted.reference);
  const own = ours.find((each) => agrees(each, wanted)) ?? ours[0];
  if (own !== undefined) return receipt(own, wanted);
  if (transactions.some((each) => couldBeOurs(each, wanted))) {
    throw unbelievable('a transaction without a reference could be ours');
  }
  return null;
}

/** Types are the supplier's own list; what is neither a stay nor another credit is `other` to us. */
export function readLine(transaction: JsonRecord): StatementLine {
  const info = requiredRecord(transaction, 'transactionInfo');
  const awarded = requiredPoints(transaction, 'awardPoints');
  return {
    supplierReference: idOf(transaction),
    reference: optionalText(info, 'reference'),
    points: awarded,
    kind: kindOf(optionalText(info, 'transactionType'), awarded),
    date: readDay(requiredText(info, 'transactionDate')),
  };
}

function kindOf(type: string | undefined, awarded: Points): string {
  if (type !== 'ST' && type !== 'OT') return 'other';
  return awarded < 0 ? 'reversal' : 'accrual';
}

function receipt(transaction: JsonRecord, wanted: Wanted): Receipt {
  return {
    supplierReference: idOf(transaction),
    final: true,
    echo: {
      reference: wanted.reference,
      points: points(wanted.direction * requiredPoints(transaction, 'awardPoints')),
      memberNumber: cardOf(transaction),
    },
  };
}

function agrees(transaction: JsonRecord, wanted: Wanted): boolean {
  return (
    optionalPoints(transaction, 'awardPoints') === wanted.direction * wanted.points &&
    (cardOf(transaction) ?? wanted.card) === wanted.card
  );
}

/** Should the supplier not keep the reference of ordinary transactions, ours would look absent and be posted twice. */
function couldBeOurs(transaction: JsonRecord, wanted: Wanted): boolean {
  return referenceOf(transaction) === undefined && agrees(transaction, wanted);
}

function referenceOf(transaction: JsonRecord): string | undefined {
  return optionalText(optionalRecord(transaction, 'transactionInfo') ?? {}, 'reference');
}

function cardOf(transaction: JsonRecord): string | undefined {
  return optionalText(optionalRecord(transaction, 'transactionInfo') ?? {}, 'membershipCardNo');
}
