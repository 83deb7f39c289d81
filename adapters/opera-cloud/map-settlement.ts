import { fromJsonLines } from '../../src/kit/json-lines.js';
import { z } from '../../src/kit/zod.js';
import { zonedInstant } from '../../src/kit/zoned-time.js';
import { type SettlementDay, SettlementFault, type SettlementLine } from '../../src/spec/settlement.js';
import { points } from '../../src/spec/values.js';

const flag = z.enum(['Y', 'N']).nullable();

/** A transaction as it is kept: the fields that we use, by the supplier's own names and in the order of the alphabet. */
const TRANSACTION = z.strictObject({
  adjustmentYn: flag,
  deletedFlag: flag,
  insertDate: z.string().regex(/^\d{4}-\d{2}-\d{2}[ T](?:[01]\d|2[0-3])(?::[0-5]\d){2}$/),
  membershipCardNo: z.string().min(1),
  membershipTransactionId: z.int().positive(),
  reference: z.string().nullable(),
  totalPoints: z.int(),
});
type Transaction = z.infer<typeof TRANSACTION>;

/** What of a transaction is asked for and kept. */
export const FIELDS = Object.keys(TRANSACTION.shape);

/** The lines of a day's kept listing; a deleted transaction is none. */
export function* readSettlement(bytes: Uint8Array, { businessDate, zone }: SettlementDay): Iterable<SettlementLine> {
  const seen = new Set<number>();
  for (const { line, record } of fromJsonLines(bytes, TRANSACTION)) {
    if (!record.insertDate.startsWith(businessDate)) throw new SettlementFault('other-day', line, 'of another day');
    // A record is kept once, so two of one id say different things.
    if (seen.has(record.membershipTransactionId)) throw new SettlementFault('line', line, 'an id comes twice');
    seen.add(record.membershipTransactionId);
    if (record.deletedFlag !== 'Y') yield { line, ...read(record), postedAt: zonedInstant(record.insertDate, zone) };
  }
}

function read(transaction: Transaction): Omit<SettlementLine, 'line' | 'postedAt'> {
  const { reference, totalPoints } = transaction;
  return {
    ...(reference === null || reference === '' ? {} : { reference }),
    supplierReference: String(transaction.membershipTransactionId),
    memberNumber: transaction.membershipCardNo,
    kind: kindOf(transaction),
    points: points(totalPoints),
  };
}

/** Of what we post, an accrual is no adjustment and a reversal a negative one; anything else is the supplier's own business. */
function kindOf({ adjustmentYn, totalPoints }: Transaction): SettlementLine['kind'] {
  if (adjustmentYn === 'Y') return totalPoints < 0 ? 'reversal' : 'other';
  return totalPoints > 0 ? 'accrual' : 'other';
}
