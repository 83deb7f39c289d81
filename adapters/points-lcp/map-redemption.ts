import type { JsonRecord } from '../../src/kit/answer.js';
import type { Attempt, Receipt, RedemptionInput } from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';
import type { Reward, RewardType } from '../../src/spec/reward.js';
import { points } from '../../src/spec/values.js';
import { callbackOf } from './callback.js';
import type { Wire } from './client.js';
import type { Config } from './config.js';
import { readReceipt } from './map-accrual.js';

/**
 * The rewards that a posting's `order` can name. A debit only pays: of a gift or an upgrade the programme would not learn what
 * it is to hand over.
 */
export const REWARDS = ['flight', 'cash-off'] as const satisfies readonly RewardType[];

/** A posting with a negative amount, the same for every attempt, down to the byte. */
export function debit(input: RedemptionInput, attempt: Attempt, config: Config): Wire['Posting'] {
  return {
    callback: callbackOf(config, attempt.reference),
    amount: points(0 - input.points),
    memberId: input.member.number,
    bonus: false,
    order: { ...orderOf(input.reward, attempt), createdAt: attempt.createdAt },
  };
}

/** Reads the answer as an accrual's is read; an amount that is echoed is signed here, and a credit would show as less than nothing. */
export function readDebitReceipt(content: JsonRecord, retried?: string): Receipt {
  const { echo, ...receipt } = readReceipt(content, retried);
  return { ...receipt, echo: { ...echo, points: echo.points === undefined ? undefined : points(0 - echo.points) } };
}

/** A flight that is not booked yet has no number but that of our own order for it. */
function orderOf(reward: Reward, attempt: Attempt): Pick<Wire['Order'], 'orderType' | 'confirmationNumber'> {
  switch (reward.type) {
    case 'flight':
      return { orderType: 'FLIGHT', confirmationNumber: reward.bookingReference ?? attempt.reference };
    case 'cash-off':
      return { orderType: 'OTHER', confirmationNumber: reward.reference };
    case 'stay':
    case 'rail':
    case 'upgrade':
    case 'gift':
      // Refused before the call, so nothing was sent and nothing can have happened.
      throw new AdapterFault({ kind: 'rejected', reason: 'supplier-refused', supplierCode: 'REWARD_TYPE' });
    default:
      return reward satisfies never;
  }
}
