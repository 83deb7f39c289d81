import { localDate } from '../engine/clock.js';
import type { Member } from '../engine/members.js';
import type { Line } from '../engine/settlement.js';
import type { Field } from '../engine/shape.js';
import { readJson } from '../engine/wire-body.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import { exception } from './exception.js';
import type { Hotel, Memberships } from './memberships.js';

/** What the statistics tell about a transaction, as it was posted. */
export interface TransactionDetail {
  readonly transactionDate: string;
  readonly transactionType: string;
  readonly hotelId: string;
  readonly stayTimeSpan?: { readonly startDate: string; readonly endDate: string } | undefined;
  readonly currencyCode?: string | undefined;
  /** When it was committed, Unix milliseconds: the look-up lags behind. */
  readonly committedAt: number;
}

/** The detail of a posting; the supplier's own activity was posted without one. */
export function detailOf(row: Line, hotel: Hotel): TransactionDetail {
  if (isDetail(row.detail)) return row.detail;
  return {
    transactionDate: row.businessDate,
    transactionType: 'OT',
    hotelId: hotel.hotelId,
    committedAt: Date.parse(row.postedAt),
  };
}

function isDetail(detail: unknown): detail is TransactionDetail {
  return typeof detail === 'object' && detail !== null && 'committedAt' in detail;
}

/**
 * postMembershipTransaction. Nothing is ever recognised as a repetition: the same `reference` twice is two transactions. An
 * `adjustment` with negative points takes points back; that is a reading, the contract has no operation for it.
 */
export function postTransaction(parts: Parts, memberships: Memberships, hotel: Hotel): Handler {
  const refuse = (complaint: string): WireAnswer => exception(400, 'INVALID_REQUEST', complaint);
  return (request) => {
    const member = memberships.byMembershipId(request.params['membershipId'] ?? '');
    if (!member) return exception(404, 'MEMBERSHIP_NOT_FOUND', 'There is no such membership');
    return readJson(
      request,
      (body) => {
        const details = body.at('membershipTransactionDetails').at('membershipTransactionDetails');
        return created(parts, member, readTransaction(details, member, hotel, parts.clock()));
      },
      refuse,
    );
  };
}

interface NewTransaction {
  readonly reference: string | null;
  readonly points: number;
  readonly detail: TransactionDetail;
}

function created(parts: Parts, member: Member, { reference, points, detail }: NewTransaction): WireAnswer {
  const { supplierReference } = parts.books.apply({
    reference,
    supplierReference: parts.books.nextNumber(),
    memberNumber: member.number,
    points,
    kind: points < 0 ? 'reversal' : 'accrual',
    detail,
  });
  const href = `/crm/v1/membershipTransactions/${supplierReference}`;
  const links = [{ href, rel: 'self', method: 'GET', operationId: 'getMembershipTransaction' }];
  return { status: 201, headers: { Location: href }, body: { links } };
}

function readTransaction(details: Field, member: Member, hotel: Hotel, now: number): NewTransaction {
  const card = details.at('membershipCardNo').optional((field) => field.text({ max: 50 }));
  if (card !== undefined && card !== member.number)
    details.at('membershipCardNo').fail('is not the card of this membership');
  const points = pointsOf(details.at('awardPoints'));
  const adjustment = details.at('adjustment').optional((field) => field.flag()) ?? false;
  if (points < 0 && !adjustment) details.at('adjustment').fail('must be true for negative points');
  const span = details.at('stayTimeSpan').optional((field) => ({
    startDate: field.at('startDate').date(),
    endDate: field.at('endDate').date(),
  }));
  return {
    reference: details.at('reference').optional((field) => field.text({ max: 20 })) ?? null,
    points,
    detail: {
      transactionDate: details.at('transactionDate').optional((field) => field.date()) ?? localDate(now, hotel.zone),
      transactionType: details.at('transactionType').text({ max: 20 }),
      hotelId: details.at('hotelId').text({ max: 20 }),
      stayTimeSpan: span,
      currencyCode: details.at('currency').optional((field) => field.text({ max: 20 })),
      committedAt: now,
    },
  };
}

function pointsOf(award: Field): number {
  const parts = ['basePoints', 'bonusPoints', 'miscPoints'].map((key) =>
    award.at(key).optional((field) => field.whole()),
  );
  const sum = parts.reduce<number>((total, points) => total + (points ?? 0), 0);
  const total = award.at('totalPoints').optional((field) => field.whole()) ?? sum;
  if (parts.some((points) => points !== undefined) && total !== sum)
    award.at('totalPoints').fail('is not the sum of its parts');
  return total === 0 ? award.fail('must not add up to 0') : total;
}
