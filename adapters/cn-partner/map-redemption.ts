import type { JsonRecord } from '../../src/kit/answer.js';
import { jsonObject, optionalText, requiredPoints, requiredText } from '../../src/kit/answer.js';
import type { Attempt, HoldFound, HttpResponse, Receipt, RedemptionInput } from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';
import type { FlightReward, Reward, RewardType, StayReward } from '../../src/spec/reward.js';
import type { Instant } from '../../src/spec/values.js';
import type { Wire } from './client.js';
import { unbelievable } from './errors.js';

/** The rewards that the contract's ticket has a form for. */
export const REWARDS = ['rail', 'flight', 'stay'] as const satisfies readonly RewardType[];

/** The same for every attempt: only then is a repeat a repeat. */
export function redemptionRequest(input: RedemptionInput, attempt: Attempt): Wire['RedemptionRequest'] {
  const { member, reward, points } = input;
  return {
    reference: attempt.reference,
    memberNo: member.number,
    ...(reward.type === 'rail' && reward.beneficiary !== undefined ? { beneficiaryNo: reward.beneficiary } : {}),
    points,
    ticket: wireTicket(reward),
  };
}

/** What a step of a redemption is answered with when it is done. */
const DONE = {
  hold: { http: 201, status: 'held' },
  confirm: { http: 200, status: 'confirmed' },
  release: { http: 200, status: 'released' },
} as const;

/** Reads the answer of one step; a status that is not that step's is not understood, whatever it says. */
export function readRedemptionReceipt(step: keyof typeof DONE, response: HttpResponse): Receipt {
  const record = jsonObject(response);
  const { http, status } = DONE[step];
  if (response.status !== http || requiredText(record, 'status') !== status) {
    throw unbelievable(`HTTP ${response.status} with a status that is not a ${step}'s`);
  }
  return step === 'hold' ? heldReceipt(record) : receipt(record);
}

/** What `GET /redemptions/{reference}` says. Where that is not handed on as a receipt, it is held against what was asked here. */
export function readRedemptionFound(record: JsonRecord, input: RedemptionInput, attempt: Attempt): HoldFound {
  const status = requiredText(record, 'status');
  switch (status) {
    case 'held':
      return { found: 'held', receipt: heldReceipt(record) };
    case 'confirmed':
      return { found: 'confirmed', receipt: receipt(record) };
    case 'released':
    case 'expired':
      sameRedemption(record, input, attempt);
      return { found: status };
    default:
      throw unbelievable('a redemption with an unknown status');
  }
}

function receipt(record: JsonRecord): Receipt {
  return {
    supplierReference: requiredText(record, 'supplierReference'),
    final: true,
    echo: {
      reference: requiredText(record, 'reference'),
      points: requiredPoints(record, 'points'),
      memberNumber: requiredText(record, 'memberNo'),
    },
    businessDate: optionalText(record, 'businessDate'),
  };
}

function heldReceipt(record: JsonRecord): Receipt {
  return { ...receipt(record), holdExpiresAt: requiredInstant(record, 'holdExpiresAt') };
}

/** RFC 3339 with its offset; without one nobody could say when it is. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

function requiredInstant(record: JsonRecord, field: string): Instant {
  const text = requiredText(record, field);
  const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw unbelievable(`${field} is not a time`);
  return new Date(time).toISOString();
}

function sameRedemption(record: JsonRecord, { member, points }: RedemptionInput, { reference }: Attempt): void {
  const { echo } = receipt(record);
  if (echo.reference !== reference || echo.points !== points || echo.memberNumber !== member.number) {
    throw unbelievable('a redemption that is not the one asked for');
  }
}

function wireTicket(reward: Reward): Wire['Ticket'] {
  switch (reward.type) {
    case 'rail':
      return { type: 'rail', orderNo: reward.orderNumber, item: reward.trainNumber, date: reward.travelDate };
    case 'flight': {
      const { carrier, flightNumber, departureDate } = reward;
      // Platforms write flight numbers with and without the carrier; the contract wants it once.
      const item = flightNumber.startsWith(carrier) ? flightNumber : `${carrier}${flightNumber}`;
      return { type: 'flight', orderNo: orderNoOf(reward), item, date: departureDate };
    }
    case 'stay':
      return { type: 'stay', orderNo: orderNoOf(reward), item: reward.property, date: reward.checkIn };
    case 'upgrade':
    case 'gift':
    case 'cash-off':
      // Refused before the call, so nothing was sent and nothing can have happened.
      throw new AdapterFault({ kind: 'rejected', reason: 'supplier-refused', supplierCode: 'REWARD_TYPE' });
    default:
      return reward satisfies never;
  }
}

/** A ticket pays for an order; without its number the supplier has nothing to put the points on. */
function orderNoOf({ bookingReference }: FlightReward | StayReward): string {
  if (bookingReference !== undefined && bookingReference !== '') return bookingReference;
  throw new AdapterFault({ kind: 'rejected', reason: 'activity-not-found', supplierCode: 'ORDER_NO_MISSING' });
}
