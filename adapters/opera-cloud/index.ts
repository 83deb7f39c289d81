import type { Context, Member, Receipt } from '../../src/spec/adapter.js';
import { defineAdapter } from '../../src/spec/adapter.js';
import type { Wire } from './client.js';
import { getMembershipTransactionsSummaryByCardNo, postMembershipTransaction } from './client.js';
import type { Config } from './config.js';
import { configure } from './config.js';
import { found } from './errors.js';
import { account, lookUp, statement } from './listings.js';
import { idsOf, readVerified } from './map-member.js';
import { readSettlement } from './map-settlement.js';
import { ACTIVITIES, accrualTransaction, readReceipt, reversalTransaction } from './map-transaction.js';
import { takeIn } from './settlement.js';

const LOOKED_UP = {
  idempotency: 'lookup',
  eventual: true,
  conclusiveAfterMs: (config: Config) => config.conclusiveAfterMs,
} as const;

/** Hotel groups on Oracle's OPERA Cloud, over OHIP (`contracts/suppliers/opera-cloud.yaml`). */
export const operaCloud = defineAdapter<Config>({
  spec: 1,
  id: 'opera-cloud',
  contract: { document: 'contracts/suppliers/opera-cloud.yaml', version: '1.1' },
  configure,
  linking: {
    method: 'credentials',
    verify: async (context, input) =>
      readVerified(found(await getMembershipTransactionsSummaryByCardNo(context, input.memberNumber)), input),
  },
  member: {
    account,
    statement: (context, member, { since, until }) => statement(context, member, { from: since, until }),
  },
  accrual: {
    activities: ACTIVITIES,
    accrue: {
      ...LOOKED_UP,
      perform: (context, input, attempt) =>
        post(context, input.member, accrualTransaction(input, attempt, context.config)),
      find: (context, { member, activity, points, bonusPoints }, attempt) =>
        lookUp(context, member, activity, attempt, { points: points + bonusPoints, direction: 1 }),
    },
    reverse: {
      ...LOOKED_UP,
      perform: (context, input, attempt) =>
        post(context, input.member, reversalTransaction(input, attempt, context.config)),
      find: (context, { member, original, points }, attempt) =>
        lookUp(context, member, original.activity, attempt, { points, direction: -1 }),
    },
  },
  settlement: { coverage: 'member', fetch: takeIn, parse: readSettlement },
});

async function post(context: Context<Config>, member: Member, body: Wire['MembershipTransaction']): Promise<Receipt> {
  return readReceipt(await postMembershipTransaction(context, idsOf(member).membershipId, body));
}
