import type { JsonRecord } from '../../src/kit/answer.js';
import type { Context, Receipt } from '../../src/spec/adapter.js';
import { defineAdapter } from '../../src/spec/adapter.js';
import type { Wire } from './client.js';
import { retryTransaction, reverseTransaction, transact, validateMember } from './client.js';
import type { Config } from './config.js';
import { configure } from './config.js';
import { contentOf, contentOfReversal } from './errors.js';
import { ACTIVITIES, posting, readReceipt } from './map-accrual.js';
import { mv, readAccount, readVerified } from './map-member.js';
import { debit, readDebitReceipt, REWARDS } from './map-redemption.js';
import { refund } from './map-refund.js';
import { readReversalReceipt, reversal } from './map-reversal.js';
import { settlement } from './settlement.js';

/** Programmes that answer the LP side of the Loyalty Commerce Platform (`contracts/suppliers/points-lcp.yaml`). */
export const pointsLcp = defineAdapter<Config>({
  spec: 1,
  id: 'points-lcp',
  contract: { document: 'contracts/suppliers/points-lcp.yaml', version: '1.0' },
  configure,
  linking: {
    method: 'credentials',
    verify: async (context, { memberNumber, name }) =>
      readVerified(contentOf(await validateMember(context, mv(memberNumber, name))), memberNumber),
  },
  member: {
    account: async (context, { number, name }) =>
      readAccount(contentOf(await validateMember(context, mv(number, name))), number),
  },
  accrual: {
    activities: ACTIVITIES,
    accrue: {
      idempotency: 'key',
      windowMs: (config) => config.windowMs,
      perform: async (context, input, attempt) =>
        readReceipt(await post(context, posting(input, attempt, context.config), attempt.resume), attempt.resume),
    },
    reverse: {
      idempotency: 'none',
      oneOpenAtATime: true,
      perform: (context, input) => reverse(context, reversal(input)),
    },
  },
  redemption: {
    flow: 'one-step',
    rewards: REWARDS,
    confirm: {
      idempotency: 'key',
      windowMs: (config) => config.windowMs,
      perform: async (context, input, attempt) =>
        readDebitReceipt(await post(context, debit(input, attempt, context.config), attempt.resume), attempt.resume),
    },
    refund: {
      idempotency: 'none',
      oneOpenAtATime: true,
      perform: (context, input) => reverse(context, refund(input)),
    },
  },
  settlement,
});

/** Posts, or has the programme try again the transaction `resume`, of which it could not tell the outcome. */
async function post(context: Context<Config>, body: Wire['Posting'], resume: string | undefined): Promise<JsonRecord> {
  return contentOf(
    resume === undefined ? await transact(context, body) : await retryTransaction(context, { transactionId: resume }),
  );
}

/** Undoes a posting, whichever the direction. */
async function reverse(context: Context<Config>, body: Wire['Reversal']): Promise<Receipt> {
  const response = await reverseTransaction(context, body);
  return readReversalReceipt(contentOfReversal(response, body.transactionId), body.transactionId);
}
