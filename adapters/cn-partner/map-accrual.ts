import type { JsonRecord } from '../../src/kit/answer.js';
import { jsonObject, optionalText, requiredPoints, requiredText } from '../../src/kit/answer.js';
import type { AccrualInput, Attempt, Found, HttpResponse, Receipt } from '../../src/spec/adapter.js';
import type { Activity, ActivityType } from '../../src/spec/activity.js';
import { AdapterFault } from '../../src/spec/errors.js';
import type { Wire } from './client.js';
import { refusal, unbelievable } from './errors.js';

/** The activity types that the contract has a form for. */
export const ACTIVITIES = ['rail', 'flight', 'stay'] as const satisfies readonly ActivityType[];

/** The contract knows one amount, so bonus points are part of it. */
export function accrualRequest(input: AccrualInput, attempt: Attempt): Wire['AccrualRequest'] {
  return {
    reference: attempt.reference,
    memberNo: input.member.number,
    activity: wireActivity(input.activity),
    points: input.points + input.bonusPoints,
  };
}

/** 201 with `posted` is done, 202 with `accepted` is posted later; any other pairing is not understood. */
export function readAccrualReceipt(response: HttpResponse): Receipt {
  const record = jsonObject(response);
  const status = requiredText(record, 'status');
  if (response.status === 201 && status === 'posted') return receipt(record, 'final');
  if (response.status === 202 && status === 'accepted') return receipt(record, 'open');
  throw unbelievable(`HTTP ${response.status} with a status that does not belong to it`);
}

/** What `GET /accruals/{reference}` says became of an accrual. */
export function readAccrualFound(record: JsonRecord): Found {
  const status = requiredText(record, 'status');
  switch (status) {
    case 'posted':
      return { found: 'posted', receipt: receipt(record, 'final') };
    case 'accepted':
      return { found: 'accepted', receipt: receipt(record, 'open') };
    case 'refused':
      return { found: 'refused', ...refusal(requiredText(record, 'code')) };
    default:
      throw unbelievable('an accrual with an unknown status');
  }
}

function receipt(record: JsonRecord, state: 'final' | 'open'): Receipt {
  return {
    supplierReference: requiredText(record, 'supplierReference'),
    final: state === 'final',
    echo: {
      reference: requiredText(record, 'reference'),
      points: requiredPoints(record, 'points'),
      memberNumber: requiredText(record, 'memberNo'),
    },
    businessDate: optionalText(record, 'businessDate'),
  };
}

function wireActivity(activity: Activity): Wire['Activity'] {
  switch (activity.type) {
    case 'rail':
      return {
        type: 'rail',
        orderNo: activity.orderNumber,
        item: activity.trainNumber,
        passenger: activity.passenger ?? 1,
        date: activity.travelDate,
        fare: activity.fare,
      };
    case 'flight':
      return {
        type: 'flight',
        orderNo: activity.ticketNumber,
        item: flightWithCarrier(activity.marketingCarrier, activity.flightNumber),
        passenger: activity.coupon,
        date: activity.departureDate,
        ...(activity.fare === undefined ? {} : { fare: activity.fare }),
      };
    case 'stay':
      return {
        type: 'stay',
        orderNo: activity.confirmation,
        item: activity.folio === undefined ? activity.property : `${activity.property}/${activity.folio}`,
        date: activity.checkOut,
        ...(activity.eligible === undefined ? {} : { fare: activity.eligible }),
      };
    case 'other':
      // Refused before the call, so nothing was sent and nothing can have happened.
      throw new AdapterFault({ kind: 'rejected', reason: 'supplier-refused', supplierCode: 'ACTIVITY_TYPE' });
    default:
      return activity satisfies never;
  }
}

/** Platforms write flight numbers with and without the carrier; the contract wants it once. */
function flightWithCarrier(carrier: string, flightNumber: string): string {
  return flightNumber.startsWith(carrier) ? flightNumber : `${carrier}${flightNumber}`;
}
