import type { BookRow } from '../engine/books.js';
import { daysBetween } from '../engine/clock.js';
import type { Member } from '../engine/members.js';
import { Field, ShapeError } from '../engine/shape.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import { exception, NOTHING_FOUND } from './exception.js';
import type { Hotel, Memberships } from './memberships.js';
import { pageOf } from './paging.js';
import { detailOf, type TransactionDetail } from './transactions.js';

/** "This API allows a time span of 90 days." */
const LONGEST_SPAN_DAYS = 90;

interface Transaction extends BookRow {
  readonly detail: TransactionDetail;
}

interface Filter {
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
  readonly transactionDate?: string | undefined;
  readonly hotelId: string | null;
  readonly reference: string | null;
}

/** getProfileMembershipStatistics, the only call that finds a transaction by its `reference`; it sees one only `lookupLagMs` after its commit. */
export function statistics(
  parts: Parts,
  memberships: Memberships,
  hotel: Hotel & { readonly lookupLagMs: number },
): Handler {
  const visible = (member: Member): readonly Transaction[] =>
    parts.books
      .rowsOf(member.number)
      .map((row) => ({ ...row, detail: detailOf(row, hotel) }))
      .filter((row) => row.detail.committedAt + hotel.lookupLagMs <= parts.clock());

  return ({ query }) => {
    try {
      const cardNo = required(query, 'membershipCardNo');
      const type = required(query, 'membershipType');
      const profileIds = query.getAll('profileId');
      required(query, 'profileId');
      const filter = readFilter(query);
      const member = parts.members.byNumber(cardNo);
      if (!member || type !== memberships.type || !profileIds.includes(memberships.profileIdOf(member)))
        return NOTHING_FOUND;
      return answer(
        member,
        visible(member).filter((row) => passes(row, filter)),
        query,
        type,
      );
    } catch (error) {
      if (error instanceof ShapeError) return exception(400, 'INVALID_REQUEST', error.message);
      throw error;
    }
  };
}

function answer(member: Member, found: readonly Transaction[], query: URLSearchParams, type: string): WireAnswer {
  if (found.length === 0) return NOTHING_FOUND;
  const { items, fields } = pageOf(found, query, 1);
  const statisticsSummary = { awardPoints: found.reduce((sum, row) => sum + row.points, 0) };
  const head = { statisticsSummary, type, cardNumber: member.number, level: member.tier };
  const body = (transactions: readonly unknown[]): unknown => ({
    membershipStatistics: query.get('transactionDetail') === 'true' ? { ...head, transactions } : head,
    ...fields,
    links: [],
  });
  const told = items.map((row) => tell(row, member));
  const wrongEchoes = [
    body(told.map((row) => ({ ...row, awardPoints: row.awardPoints + 1 }))),
    body(
      told.map((row) => ({ ...row, transactionInfo: { ...row.transactionInfo, reference: '00000000000000000000' } })),
    ),
  ];
  return { status: 200, body: body(told), wrongEchoes };
}

function tell(row: Transaction, member: Member) {
  const { transactionDate, transactionType, hotelId, stayTimeSpan, currencyCode } = row.detail;
  return {
    id: row.supplierReference,
    type: 'Transaction',
    transactionInfo: {
      transactionDate,
      transactionType,
      hotelId,
      stayTimeSpan,
      currencyCode,
      reference: row.reference ?? undefined,
      membershipCardNo: member.number,
      membershipLevel: member.tier,
    },
    pointsCalculated: true,
    awardPoints: row.points,
  };
}

function readFilter(query: URLSearchParams): Filter {
  const date = (name: string): string | undefined =>
    new Field(query.get(name), `/${name}`).optional((field) => field.date());
  const [startDate, endDate] = [date('startDate'), date('endDate')];
  if (startDate !== undefined && endDate !== undefined) {
    const span = daysBetween(startDate, endDate);
    if (span < 0) new Field(endDate, '/endDate').fail('is before startDate');
    if (span > LONGEST_SPAN_DAYS)
      new Field(endDate, '/endDate').fail(`allows a time span of ${LONGEST_SPAN_DAYS} days`);
  }
  const reference =
    new Field(query.get('reference'), '/reference').optional((field) => field.text({ max: 20 })) ?? null;
  return { startDate, endDate, transactionDate: date('transactionDate'), hotelId: query.get('hotelId'), reference };
}

function passes({ detail, reference }: Transaction, filter: Filter): boolean {
  return (
    (filter.startDate === undefined || detail.transactionDate >= filter.startDate) &&
    (filter.endDate === undefined || detail.transactionDate <= filter.endDate) &&
    (filter.transactionDate === undefined || detail.transactionDate === filter.transactionDate) &&
    (filter.hotelId === null || detail.hotelId === filter.hotelId) &&
    (filter.reference === null || reference === filter.reference)
  );
}

function required(query: URLSearchParams, name: string): string {
  return new Field(query.get(name), `/${name}`).text();
}
