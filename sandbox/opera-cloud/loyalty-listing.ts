import { addDays, instant } from '../engine/clock.js';
import { Field, ShapeError } from '../engine/shape.js';
import { readJson } from '../engine/wire-body.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import { exception } from './exception.js';
import { QueryError, readQuery, type Selection } from './graphql-document.js';
import { COLUMNS, listed, type ListedTransaction } from './loyalty-columns.js';
import { readFilters } from './loyalty-filters.js';
import type { Hotel } from './memberships.js';

const QUERY = 'profilesLoyaltyTransactions';
const DETAILS = 'membershipTransactionsDetails';
const RECORD_COUNT = 'profilesLoyaltyTransactionsRecordCount';
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 4_000;

/**
 * The query `profilesLoyaltyTransactions` of the reporting API: every member's transactions, ours and the supplier's own. As
 * usual with GraphQL a query that cannot be carried out is a 200 with `errors`.
 */
export function loyaltyListing(parts: Parts, hotel: Hotel): Handler {
  return (request) =>
    readJson(
      request,
      (body) => {
        const query = body.at('query').text();
        const variables = body.at('variables').optional((field) => field.record()) ?? {};
        try {
          return answer(readQuery(query, variables), parts, hotel);
        } catch (error) {
          if (error instanceof QueryError || error instanceof ShapeError)
            return { status: 200, body: { data: null, errors: [{ message: error.message }] } };
          throw error;
        }
      },
      (complaint) => exception(400, 'INVALID_REQUEST', complaint),
    );
}

function answer(query: readonly Selection[], parts: Parts, hotel: Hotel): WireAnswer {
  const [field, ...more] = query;
  if (field?.name !== QUERY || more.length > 0) throw new QueryError(`Only ${QUERY} can be asked for`);
  const args = new Field(field.args).only('limit', 'offset', 'input');
  const limit = args.at('limit').optional((value) => value.whole({ min: 1 })) ?? DEFAULT_LIMIT;
  const offset = args.at('offset').optional((value) => value.whole({ min: 0 })) ?? 0;
  const passes = readFilters(args.at('input'));
  checkSelection(field);

  const all = listed(parts.settlement.listing(parts.days.open()), hotel, parts.members).filter(passes);
  const page = all.slice(offset, offset + Math.min(limit, MAX_LIMIT));
  const extensions = openDay(parts);
  const body = (transactions: readonly ListedTransaction[], recordCount = all.length): unknown => ({
    data: { [field.alias]: transactions.map((each) => told(each, field.fields, recordCount)) },
    extensions,
  });
  return { status: 200, body: body(page), wrongEchoes: [body(page, all.length + 1), body(page.map(dayLater))] };
}

/** Which date is open and, unless it is the first of these books, since when: our invention, for the schema has no place for it. */
function openDay({ days }: Parts): unknown {
  const businessDate = days.open();
  const since = days.closedAt(addDays(businessDate, -1));
  return { businessDate, ...(since === undefined ? {} : { businessDateSince: instant(since) }) };
}

function dayLater(transaction: ListedTransaction): ListedTransaction {
  const [date = '', time = ''] = transaction.insertDate.split(' ');
  return { ...transaction, insertDate: `${addDays(date, 1)} ${time}` };
}

/** Before anything is listed, so that a wrong field is told of an empty list, too. */
function checkSelection({ fields }: Selection): void {
  if (fields.length === 0) throw new QueryError(`${QUERY} needs a selection of fields`);
  for (const { name, fields: inner } of fields) {
    if (name !== DETAILS && name !== RECORD_COUNT) throw new QueryError(`The field ${name} is not known here`);
    if (name === DETAILS && inner.length === 0) throw new QueryError(`${name} needs a selection of fields`);
    const unknown = inner.find((each) => name !== DETAILS || !isColumn(each.name) || each.fields.length > 0);
    if (unknown) throw new QueryError(`The field ${unknown.name} is not known here`);
  }
}

function isColumn(name: string): name is keyof typeof COLUMNS {
  return Object.hasOwn(COLUMNS, name);
}

function told(transaction: ListedTransaction, fields: readonly Selection[], recordCount: number): unknown {
  const details = (wanted: readonly Selection[]): unknown =>
    Object.fromEntries(
      wanted.map(({ name, alias }) => [alias, isColumn(name) ? COLUMNS[name](transaction) : undefined]),
    );
  return Object.fromEntries(
    fields.map(({ name, alias, fields: inner }) => [alias, name === DETAILS ? details(inner) : recordCount]),
  );
}
