import type { Context, Member, Receipt } from '../../src/spec/adapter.js';
import { defineAdapter } from '../../src/spec/adapter.js';
import type { Wire } from './client.js';
import { getMembershipTransactionsSummaryByCardNo, postMembershipTransaction } from './client.js';
import type { Config } from './config.js';
import { configure } from './config.js';
import { account, lookUp, statement } from './listings.js';
import { idsOf, readVerified } from './map-member.js';
import { ACTIVITIES, accrualTransaction, readReceipt, reversalTransaction } from './map-transaction.js';
import { found } from './pages.js';

/** Hotel groups on Oracle's OPERA Cloud, over OHIP (`contracts/suppliers/opera-cloud.yaml`). */
export const operaCloud = defineAdapter<Config>({
  spec: 1,
  id: 'opera-cloud',
  contract: { document: 'contracts/suppliers/opera-cloud.yaml', version: '1.0' },
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
      idempotency: 'lookup',
      eventual: true,
      conclusiveAfterMs: (config) => config.conclusiveAfterMs,
      perform: (context, input, attempt) =>
        post(context, input.member, accrualTransaction(input, attempt, context.config)),
      find: (context, { member, activity, points, bonusPoints }, attempt) =>
        lookUp(context, member, activity, attempt, { points: points + bonusPoints, direction: 1 }),
    },
    reverse: {
      idempotency: 'lookup',
      eventual: true,
      conclusiveAfterMs: (config) => config.conclusiveAfterMs,
      perform: (context, input, attempt) =>
        post(context, input.member, reversalTransaction(input, attempt, context.config)),
      find: (context, { member, original, points }, attempt) =>
        lookUp(context, member, original.activity, attempt, { points, direction: -1 }),
    },
  },
});

async function post(context: Context<Config>, member: Member, body: Wire['MembershipTransaction']): Promise<Receipt> {
  return readReceipt(await postMembershipTransaction(context, idsOf(member).membershipId, body));
}
