import { activityDate, activityKey } from '../../src/spec/activity.js';
import type { JsonRecord } from '../../src/kit/answer.js';
import { jsonObject, optionalText, requiredPoints, requiredText } from '../../src/kit/answer.js';
import { utcInstant } from '../../src/kit/instant.js';
import type {
  AccrualInput,
  Attempt,
  Found,
  HoldFound,
  HttpResponse,
  Receipt,
  RedemptionInput,
  ReversalInput,
} from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';
import type { Reward, RewardType } from '../../src/spec/reward.js';
import type { Wire } from './client.js';
import { type Refusals, refusedAs, unbelievable } from './errors.js';

/** The rewards that the contract has a form for. */
export const REWARDS = ['flight', 'gift', 'cash-off'] as const satisfies readonly RewardType[];

/** Requests are the same for every attempt: only then is a repeat a repeat. The contract has one amount, bonus included. */
export function accrualRequest(input: AccrualInput, { reference }: Attempt): Wire['AccrualRequest'] {
  const { member, activity, points, bonusPoints } = input;
  const wireActivity = { key: activityKey(activity), date: activityDate(activity) };
  return { reference, memberNumber: member.number, points: points + bonusPoints, activity: wireActivity };
}

export function reversalRequest(input: ReversalInput, { reference }: Attempt): Wire['ReversalRequest'] {
  const { member, original, points } = input;
  return { reference, memberNumber: member.number, points, accrual: original.reference };
}

export function redemptionRequest(input: RedemptionInput, { reference }: Attempt): Wire['RedemptionRequest'] {
  const { member, reward, points } = input;
  return { reference, memberNumber: member.number, points, reward: wireReward(reward) };
}

/** How each call is answered when it is done: the HTTP status, and the operation's status that belongs to it. */
const DONE = {
  post: { 201: 'posted', 202: 'pending' },
  redeem: { 201: 'posted' },
  hold: { 201: 'held' },
  confirm: { 200: 'posted' },
  release: { 200: 'released' },
} as const satisfies Record<string, Readonly<Record<number, string>>>;

/** Reads a call's answer; a pairing that is not that call's is not understood, whatever it says. */
export function readReceipt(call: keyof typeof DONE, response: HttpResponse): Receipt {
  const record = jsonObject(response);
  const expected = new Map(Object.entries(DONE[call])).get(String(response.status));
  if (expected === undefined || requiredText(record, 'status') !== expected) {
    throw unbelievable(`HTTP ${response.status} with a status that does not belong to it`);
  }
  return receipt(record);
}

/** What a look-up says of a write that is done in one call. */
export function readFound(record: JsonRecord, refusals: Refusals): Found {
  const status = requiredText(record, 'status');
  switch (status) {
    case 'posted':
      return { found: 'posted', receipt: receipt(record) };
    case 'pending':
      return { found: 'accepted', receipt: receipt(record) };
    case 'refused':
      return { found: 'refused', ...refusedAs(requiredText(record, 'code'), refusals) };
    default:
      throw unbelievable('an operation with an unknown status');
  }
}

/** What a look-up says of a hold. Where that is not handed on as a receipt, it is held against what was asked here. */
export function readHoldFound(record: JsonRecord, input: RedemptionInput, { reference }: Attempt): HoldFound {
  const status = requiredText(record, 'status');
  const { echo } = receipt(record);
  switch (status) {
    case 'held':
      return { found: 'held', receipt: receipt(record) };
    case 'posted':
      return { found: 'confirmed', receipt: receipt(record) };
    case 'released':
    case 'expired':
      if (echo.reference === reference && echo.points === input.points && echo.memberNumber === input.member.number) {
        return { found: status };
      }
      throw unbelievable('a hold that is not the one asked for');
    default:
      throw unbelievable('a hold with an unknown status');
  }
}

/** The echoes are what the programme says it did; the core compares them with what was asked. */
function receipt(record: JsonRecord): Receipt {
  const status = requiredText(record, 'status');
  return {
    supplierReference: requiredText(record, 'supplierReference'),
    final: status !== 'pending',
    echo: {
      reference: requiredText(record, 'reference'),
      points: requiredPoints(record, 'points'),
      memberNumber: requiredText(record, 'memberNumber'),
    },
    businessDate: optionalText(record, 'businessDate'),
    ...(status === 'held' ? { holdExpiresAt: requiredInstant(record, 'holdExpiresAt') } : {}),
  };
}

function requiredInstant(record: JsonRecord, field: string): string {
  const time = utcInstant(requiredText(record, field));
  if (time === undefined) throw unbelievable(`${field} is not a time`);
  return time;
}

function wireReward(reward: Reward): Wire['RedemptionRequest']['reward'] {
  switch (reward.type) {
    case 'flight':
      return { type: 'flight', item: `${reward.flightNumber}/${reward.departureDate}` };
    case 'gift':
      return { type: 'gift', item: `${reward.quantity}x${reward.sku}` };
    case 'cash-off':
      return { type: 'cash-off', item: reward.reference };
    case 'stay':
    case 'rail':
    case 'upgrade':
      // Refused before the call, so nothing was sent and nothing can have happened.
      throw new AdapterFault({ kind: 'rejected', reason: 'supplier-refused', supplierCode: 'REWARD_TYPE' });
    default:
      return reward satisfies never;
  }
}
