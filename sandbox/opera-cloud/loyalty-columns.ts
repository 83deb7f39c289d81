import { createHash } from 'node:crypto';
import { localTime } from '../engine/clock.js';
import type { Members } from '../engine/members.js';
import type { Line } from '../engine/settlement.js';
import type { Hotel } from './memberships.js';
import { detailOf, type TransactionDetail } from './transactions.js';

/** A transaction as the listing tells it. */
export interface ListedTransaction {
  readonly id: number;
  readonly line: Line;
  readonly detail: TransactionDetail;
  readonly insertDate: string;
  readonly membershipType: string;
  readonly membershipLevel: string | null;
}

/**
 * The fields of `membershipTransactionsDetails` that are played. Nothing was posted from a stay record and nothing is ever
 * deleted here; a transaction without a stay is told with its own date as arrival and departure.
 */
export const COLUMNS = {
  adjustmentYn: ({ line }) => (line.kind === 'reversal' ? 'Y' : 'N'),
  arrivalDate: ({ detail }) => detail.stayTimeSpan?.startDate ?? detail.transactionDate,
  currencyCode: ({ detail }) => detail.currencyCode ?? null,
  deletedFlag: () => 'N',
  departureDate: ({ detail }) => detail.stayTimeSpan?.endDate ?? detail.transactionDate,
  insertDate: ({ insertDate }) => insertDate,
  membershipCardNo: ({ line }) => line.memberNumber,
  membershipLevel: ({ membershipLevel }) => membershipLevel,
  membershipTransactionId: ({ id }) => id,
  membershipType: ({ membershipType }) => membershipType,
  property: ({ detail }) => detail.hotelId,
  reference: ({ line }) => line.reference,
  stayRecordId: () => null,
  totalPoints: ({ line }) => line.points,
  transactionDate: ({ detail }) => detail.transactionDate,
  transactionType: ({ detail }) => detail.transactionType,
} as const satisfies Readonly<Record<string, (transaction: ListedTransaction) => string | number | null>>;

/**
 * Makes transactions of settlement lines. Their insert date is their posting date with the time of day at the property, so
 * that closing a day by hand moves on what the listing of the next one shows. A duplicated line gets an id of its own, as the
 * second of two postings has.
 */
export function listed(lines: readonly Line[], hotel: Hotel, members: Members): readonly ListedTransaction[] {
  const seen = new Set<string>();
  return lines.map((line) => {
    const again = seen.has(line.supplierReference);
    seen.add(line.supplierReference);
    return {
      id: idOf(again ? `${line.supplierReference} again` : line.supplierReference),
      line,
      detail: detailOf(line, hotel),
      insertDate: `${line.businessDate} ${localTime(Date.parse(line.postedAt), hotel.zone)}`,
      membershipType: hotel.membershipType,
      membershipLevel: members.byNumber(line.memberNumber)?.tier ?? null,
    };
  });
}

/** The schema's ids are numbers: a posting's own is one, of any other name here one is made. */
function idOf(supplierReference: string): number {
  if (/^\d{1,15}$|^[1-8]\d{15}$/.test(supplierReference)) return Number(supplierReference);
  return Number.parseInt(createHash('sha256').update(supplierReference).digest('hex').slice(0, 12), 16);
}
