import type { CsvRecord } from '../../src/kit/csv.js';
import { wholeNumber } from '../../src/kit/csv.js';
import { utcInstant } from '../../src/kit/instant.js';
import { SettlementFault, type SettlementLine } from '../../src/spec/settlement.js';
import { points } from '../../src/spec/values.js';
import { referenceOf } from './callback.js';

const REFERENCE = /^\d{20}$/;
const TRANSACTION_ID = /^.{1,100}$/;

/** Reads one line of a statement for `partner`. */
export function readLine({ line, cells }: CsvRecord, partner: string): SettlementLine {
  const [transactionId = '', callback = '', memberNumber = '', kind = '', amount = '', at, ...more] = cells;
  const refuse = (detail: string): never => {
    throw new SettlementFault('line', line, detail);
  };
  if (at === undefined || more.length > 0) return refuse(`${cells.length} cells instead of 6`);
  if (!TRANSACTION_ID.test(transactionId)) return refuse('transactionId is no id');
  if (memberNumber === '') return refuse('memberId is missing');
  return {
    line,
    ...told(kind, referenceIn(callback, partner)),
    supplierReference: transactionId,
    memberNumber,
    points: points(wholeNumber(amount) ?? refuse('amount is not a whole number')),
    postedAt: utcInstant(at) ?? refuse('postedAt is not a time'),
  };
}

/**
 * What undoes a posting carries the posting's `callback` and none of its own. A kind of the programme's own may come.
 */
function told(kind: string, reference?: string): Pick<SettlementLine, 'kind' | 'reference' | 'originalReference'> {
  switch (kind) {
    case 'accrual':
    case 'redemption':
      return { kind, reference };
    case 'reversal':
    case 'refund':
      return { kind, originalReference: reference };
    default:
      return { kind: 'other', reference };
  }
}

/** Our reference, where the `callback` is one of ours. */
function referenceIn(callback: string, partner: string): string | undefined {
  const reference = referenceOf({ partner }, callback);
  return reference !== undefined && REFERENCE.test(reference) ? reference : undefined;
}
