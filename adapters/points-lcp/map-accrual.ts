import type { JsonRecord } from '../../src/kit/answer.js';
import { optionalPoints, optionalText } from '../../src/kit/answer.js';
import type { Activity, ActivityType } from '../../src/spec/activity.js';
import type { AccrualInput, Attempt, Receipt } from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';
import { points } from '../../src/spec/values.js';
import { callbackOf } from './callback.js';
import type { Wire } from './client.js';
import type { Config } from './config.js';
import { alreadySucceeded, failure, outcomeOf, systemError, unbelievable } from './errors.js';

/** The activity types that a posting's `order` can name. */
export const ACTIVITIES = ['flight', 'other'] as const satisfies readonly ActivityType[];

/** The same for every attempt, down to the byte: only then is a repeat a repeat. */
export function posting(input: AccrualInput, attempt: Attempt, config: Config): Wire['Posting'] {
  return {
    callback: callbackOf(config, attempt.reference),
    // One posting and one effect, so that no answer can be lost between two halves.
    amount: points(input.points + input.bonusPoints),
    memberId: input.member.number,
    bonus: input.points === 0,
    order: { ...orderOf(input.activity), createdAt: attempt.createdAt },
  };
}

/** Reads the answer of Posting, or of RetryTransaction with the id `retried`, which stands for a missing one. */
export function readReceipt(content: JsonRecord, retried?: string): Receipt {
  const transactionId = transactionIdOf(content) ?? retried;
  const outcome = outcomeOf(content);
  switch (outcome) {
    case 'success':
      return receipt(content, transactionId);
    case 'failure':
      if (alreadySucceeded(content)) return receipt(content, transactionId);
      throw failure(content);
    case 'system-error':
      throw systemError(transactionId);
    default:
      return outcome satisfies never;
  }
}

function receipt(content: JsonRecord, transactionId: string | undefined): Receipt {
  if (transactionId === undefined) throw unbelievable('transactionId is missing');
  return { supplierReference: transactionId, final: true, echo: echoOf(content) };
}

/** The contract echoes nothing. What a programme echoes is compared: an answer to another request would show. */
function echoOf(content: JsonRecord): Receipt['echo'] {
  return {
    reference: optionalText(content, 'callback')?.split(':').at(-1),
    points: optionalPoints(content, 'amount'),
    memberNumber: optionalText(content, 'memberId'),
  };
}

function transactionIdOf(content: JsonRecord): string | undefined {
  const id = optionalText(content, 'transactionId');
  if (id !== undefined && id.length > 100) throw unbelievable('transactionId is too long');
  return id;
}

function orderOf(activity: Activity): Pick<Wire['Order'], 'orderType' | 'confirmationNumber'> {
  switch (activity.type) {
    case 'flight':
      return { orderType: 'FLIGHT', confirmationNumber: `${activity.ticketNumber}-${activity.coupon}` };
    case 'other':
      return { orderType: 'OTHER', confirmationNumber: activity.reference };
    case 'stay':
    case 'rail':
      // Refused before the call, so nothing was sent and nothing can have happened.
      throw new AdapterFault({ kind: 'rejected', reason: 'supplier-refused', supplierCode: 'ACTIVITY_TYPE' });
    default:
      return activity satisfies never;
  }
}
