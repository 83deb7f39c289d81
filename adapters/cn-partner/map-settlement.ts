import type { CsvRecord } from '../../src/kit/csv.js';
import { wholeNumber } from '../../src/kit/csv.js';
import { utcInstant } from '../../src/kit/instant.js';
import { SettlementFault, type SettlementLine } from '../../src/spec/settlement.js';
import { points } from '../../src/spec/values.js';

const REFERENCE = /^\d{20}$/;
const MEMBER_NUMBER = /^.{1,32}$/;

/** A type that is not among these may come; it is for somebody to look at, and no reason to believe nothing. */
const KINDS = new Map<string, SettlementLine['kind']>([
  ['accrual', 'accrual'],
  ['reversal', 'reversal'],
  ['redemption', 'redemption'],
  ['refund', 'refund'],
]);

/** Reads the line at a place, counted from 1 between header and trailer. */
export function readLine({ line, cells }: CsvRecord, place: number): SettlementLine {
  const [seq, reference = '', memberNumber = '', type = '', amount = '', at = '', status, ...more] = cells;
  const refuse = (detail: string): never => {
    throw new SettlementFault('line', line, detail);
  };
  if (status === undefined || more.length > 0) return refuse(`${cells.length} cells instead of 7`);
  if (seq !== String(place)) return refuse(`seq is not ${place}`);
  if (!REFERENCE.test(reference)) return refuse('reference is not 20 digits');
  if (!MEMBER_NUMBER.test(memberNumber)) return refuse('memberNo is no member number');
  if (status !== 'posted') return refuse('status is not posted');
  return {
    line,
    reference,
    memberNumber,
    kind: KINDS.get(type) ?? 'other',
    points: points(wholeNumber(amount) ?? refuse('points is not a whole number')),
    postedAt: utcInstant(at) ?? refuse('postedAt is not a time'),
  };
}
