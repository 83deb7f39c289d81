import { defineAdapter } from '../../src/spec/adapter.js';
import { retryTransaction, reverseTransaction, transact, validateMember } from './client.js';
import type { Config } from './config.js';
import { configure } from './config.js';
import { contentOf, contentOfReversal } from './errors.js';
import { ACTIVITIES, posting, readReceipt } from './map-accrual.js';
import { mv, readAccount, readVerified } from './map-member.js';
import { readReversalReceipt, reversal } from './map-reversal.js';

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
      perform: async (context, input, attempt) => {
        const { resume } = attempt;
        const response =
          resume === undefined
            ? await transact(context, posting(input, attempt, context.config))
            : await retryTransaction(context, { transactionId: resume });
        return readReceipt(contentOf(response), resume);
      },
    },
    reverse: {
      idempotency: 'none',
      oneOpenAtATime: true,
      perform: async (context, input) => {
        const { supplierReference } = input.original;
        const response = await reverseTransaction(context, reversal(input));
        return readReversalReceipt(contentOfReversal(response, supplierReference), supplierReference);
      },
    },
  },
});
