import { addDays } from '../../src/kit/days.js';
import { graphqlAnswer } from '../../src/kit/graphql.js';
import { toJsonLines } from '../../src/kit/json-lines.js';
import { wholeList } from '../../src/kit/paginate.js';
import { z } from '../../src/kit/zod.js';
import type { Context, TakenIn } from '../../src/spec/adapter.js';
import type { SettlementDay } from '../../src/spec/settlement.js';
import type { LocalDate } from '../../src/spec/values.js';
import { queryLoyaltyTransactions, type Wire } from './client.js';
import type { Config } from './config.js';
import { faultOf } from './errors.js';
import { FIELDS } from './map-settlement.js';

type Connection = Context<Config>;
type Variables = Wire['LoyaltyQuery']['variables'];

/** So many transactions are well within what the kit reads of one answer. */
const PAGE = 1_000;
const MOST_TRANSACTIONS = 100_000;

const QUERY = `query Settlement($limit: Int, $offset: Int, $input: ProfilesLoyaltyTransactionsQueryArgumentsType!) {
  profilesLoyaltyTransactions(limit: $limit, offset: $offset, input: $input) {
    membershipTransactionsDetails { ${FIELDS.join(' ')} }
    profilesLoyaltyTransactionsRecordCount
  }
}`;

/** Ids are numbers on the wire, and one beyond 2^53 has lost its last digits. What else a line says is read when it is settled. */
const ANSWER = z.object({
  data: z.object({
    profilesLoyaltyTransactions: z.array(
      z.object({
        membershipTransactionsDetails: z.looseObject({ membershipTransactionId: z.int() }),
        profilesLoyaltyTransactionsRecordCount: z.int(),
      }),
    ),
  }),
  /** The open business date and since when it is; the supplier's published schema says nothing of it. */
  extensions: z.object({ businessDate: z.iso.date(), businessDateSince: z.iso.datetime() }).partial().optional(),
});

/**
 * What all members did on a day, and whether the day is over: by the supplier's word, or else by the date, or by a
 * transaction of a later day.
 */
export async function takeIn(context: Connection, { businessDate, today }: SettlementDay): Promise<TakenIn> {
  const { bytes, open, since } = await listDay(context, businessDate);
  if (open !== undefined) {
    if (open < businessDate) return { found: 'not-yet' };
    const closedAt = open === addDays(businessDate, 1) ? since : undefined;
    return { found: 'input', bytes, closed: open > businessDate, closedAt };
  }
  if (businessDate !== today) return { found: 'input', bytes, closed: businessDate < today };
  const inserted = { membershiptransactionsDetailsInsertDate: { _gt: `${businessDate} 23:59:59` } };
  const later = { limit: 1, offset: 0, input: { ...staysAround(businessDate, context.config), ...inserted } };
  const { records } = await ask(context, later);
  if (records.length === 0) return { found: 'input', bytes, closed: false };
  // The day may have ended only after it was listed.
  return { found: 'input', bytes: (await listDay(context, businessDate)).bytes, closed: true };
}

/** A day's transactions by their ids. Which day is open is the first page's word: a later one may be of a later moment. */
async function listDay(context: Connection, day: LocalDate) {
  const inserted = { _btn: { start: `${day} 00:00:00`, end: `${day} 23:59:59` } };
  const input = { ...staysAround(day, context.config), membershiptransactionsDetailsInsertDate: inserted };
  let extensions: z.infer<typeof ANSWER>['extensions'];
  const page = async (offset: number) => {
    const answer = await ask(context, { limit: PAGE, offset, input });
    if (offset === 0) ({ extensions } = answer);
    return answer;
  };
  const records = await wholeList({ page, key: (record) => JSON.stringify(record), most: MOST_TRANSACTIONS });
  const sorted = records.toSorted((one, other) => one.membershipTransactionId - other.membershipTransactionId);
  return { bytes: toJsonLines(sorted, FIELDS), open: extensions?.businessDate, since: extensions?.businessDateSince };
}

async function ask(context: Connection, variables: Variables) {
  const response = await queryLoyaltyTransactions(context, { query: QUERY, variables });
  if (response.status !== 200) throw faultOf(response);
  const { data, extensions } = graphqlAnswer(response, ANSWER);
  const entries = data.profilesLoyaltyTransactions;
  return {
    records: entries.map((entry) => entry.membershipTransactionsDetails),
    total: entries[0]?.profilesLoyaltyTransactionsRecordCount,
    extensions,
  };
}

/** Filters on arrival, departure and property are mandatory: a stay too far from the day is not listed. */
function staysAround(day: LocalDate, { membershipType, properties, stayWindowDays }: Config) {
  const stay = { _btn: { start: addDays(day, -stayWindowDays), end: addDays(day, stayWindowDays) } };
  const property = properties === undefined ? ({ _isNull: false } as const) : { _in: properties };
  return {
    membershiptransactionsDetailsBeginDate: stay,
    membershiptransactionsDetailsEndDate: stay,
    membershiptransactionsDetailsResort: property,
    membershiptransactionsDetailsMembershipType: { _eq: membershipType },
  };
}
