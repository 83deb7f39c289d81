import { type JsonRecord, optionalPoints } from '../../src/kit/answer.js';
import { dayOf, type Span, spans } from '../../src/kit/days.js';
import { type Listing, paginate } from '../../src/kit/paginate.js';
import { type Activity, activityDate } from '../../src/spec/activity.js';
import type { Account, Attempt, Context, ExpiringLot, Found, Member, StatementLine } from '../../src/spec/adapter.js';
import {
  getMemberPointsToExpire,
  getMembershipDetails,
  getMembershipTransactionsSummaryByCardNo,
  getProfileMembershipStatistics,
} from './client.js';
import type { Config } from './config.js';
import { lookupSpans } from './day.js';
import { found } from './errors.js';
import { idsOf, lotsOf, readAccount, readLot, readTier } from './map-member.js';
import { idOf, readLine, readOwn, transactionsOf, type Wanted } from './map-statistics.js';

type Connection = Context<Config>;

const MOST_RECORDS = 10_000;

/** Three calls make an account: all of them or a fault, never an account that forgot its level. */
export async function account(context: Connection, member: Member): Promise<Account> {
  const { profileId } = idsOf(member);
  const query = { membershipType: context.config.membershipType, membershipId: member.number };
  const [information, summary, lots] = await Promise.all([
    getMembershipDetails(context, profileId, query),
    getMembershipTransactionsSummaryByCardNo(context, member.number),
    expiringLots(context, member),
  ]);
  return readAccount(found(information), readTier(found(summary), member), lots);
}

/** The member's transactions of a range of days, in the supplier's order. */
export async function statement(context: Connection, member: Member, range: Span): Promise<readonly StatementLine[]> {
  const lines: StatementLine[] = [];
  for (const span of spans(range, context.config.lookbackDays)) {
    for await (const page of transactions(context, member, span)) lines.push(...page.map(readLine));
  }
  return lines;
}

/** Looks for our own transaction wherever it can be; absent only when every page of every span has been read. */
export async function lookUp(
  context: Connection,
  member: Member,
  activity: Activity,
  attempt: Attempt,
  amount: Pick<Wanted, 'points' | 'direction'>,
): Promise<Found> {
  const { reference, createdAt } = attempt;
  const wanted = { reference, card: member.number, ...amount };
  const { lookbackDays } = context.config;
  for (const span of lookupSpans(firstDay(activity), dayOf(createdAt), dayOf(context.now()), lookbackDays)) {
    for await (const page of transactions(context, member, span, reference)) {
      const receipt = readOwn(page, wanted);
      if (receipt !== null) return { found: 'posted', receipt };
    }
  }
  return { found: 'absent' };
}

function transactions(
  context: Connection,
  member: Member,
  span: Span,
  reference?: string,
): AsyncGenerator<readonly JsonRecord[]> {
  const query = {
    profileId: idsOf(member).profileId,
    membershipCardNo: member.number,
    membershipType: context.config.membershipType,
    startDate: span.from,
    endDate: span.until,
    ...(reference === undefined ? {} : { reference }),
  };
  const page = async (offset: number) => found(await getProfileMembershipStatistics(context, query, offset));
  return pages(page, transactionsOf, idOf);
}

async function expiringLots(context: Connection, member: Member): Promise<readonly ExpiringLot[]> {
  const { membershipId } = idsOf(member);
  const lots: ExpiringLot[] = [];
  // Lots have no id and two may be alike; this call counts from 0, so their places tell them apart.
  const place = (_lot: JsonRecord, position: number) => String(position);
  const page = async (offset: number) => found(await getMemberPointsToExpire(context, membershipId, offset));
  for await (const some of pages(page, lotsOf, place)) lots.push(...some.map(readLot));
  return lots;
}

/** The records of a listing, page by page. `totalResults` counts too, for `hasMore` is described the wrong way round. */
async function* pages(
  ask: (offset: number) => Promise<JsonRecord | null>,
  read: (page: JsonRecord) => readonly JsonRecord[],
  key: Listing<JsonRecord>['key'],
): AsyncGenerator<readonly JsonRecord[]> {
  const page = async (offset: number) => {
    const content = await ask(offset);
    if (content === null) return { records: [] };
    const { hasMore } = content;
    return { records: read(content), hasMore: hasMore === true, total: optionalPoints(content, 'totalResults') };
  };
  for await (const { records } of paginate({ page, key, most: MOST_RECORDS })) yield records;
}

function firstDay(activity: Activity): string {
  return activity.type === 'stay' ? activity.checkIn : activityDate(activity);
}
