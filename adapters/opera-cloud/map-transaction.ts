import { jsonObject } from '../../src/kit/answer.js';
import { dayOf } from '../../src/kit/days.js';
import { rejected, unbelievable } from '../../src/kit/faults.js';
import type { Activity, ActivityType } from '../../src/spec/activity.js';
import type { AccrualInput, Attempt, HttpResponse, Receipt, ReversalInput } from '../../src/spec/adapter.js';
import type { Money } from '../../src/spec/values.js';
import { points } from '../../src/spec/values.js';
import type { Wire } from './client.js';
import type { Config } from './config.js';
import { faultOf } from './errors.js';

/** The activity types that a membership transaction can describe. */
export const ACTIVITIES = ['stay', 'other'] as const satisfies readonly ActivityType[];

type Transaction = Wire['MembershipTransaction'];
type Details = Wire['TransactionDetails'];

const NOTES_MAX = 4000;

export function accrualTransaction(input: AccrualInput, attempt: Attempt, config: Config): Transaction {
  const { points: basePoints, bonusPoints } = input;
  return transaction({
    ...described(input.activity, config),
    ...identified(input.member.number, attempt),
    adjustment: false,
    awardPoints: { basePoints, bonusPoints, totalPoints: points(basePoints + bonusPoints) },
  });
}

/** The supplier has no reversal; an adjustment with negative points is our reading of its contract. */
export function reversalTransaction(input: ReversalInput, attempt: Attempt, config: Config): Transaction {
  const taken = points(0 - input.points);
  return transaction({
    ...described(input.original.activity, config),
    ...identified(input.member.number, attempt),
    adjustment: true,
    awardPoints: { basePoints: taken, totalPoints: taken },
    ...(input.reason === '' ? {} : { notes: input.reason.slice(0, NOTES_MAX) }),
  });
}

/** A 201 says that it is done and where, and echoes nothing; without an id to take, the look-up has to tell. */
export function readReceipt(response: HttpResponse): Receipt {
  if (response.status !== 201) throw faultOf(response);
  if (response.body.trim() !== '') jsonObject(response);
  return { supplierReference: idInLocation(response.headers['location'] ?? ''), final: true, echo: {} };
}

function transaction(details: Details): Transaction {
  return { membershipTransactionDetails: { membershipTransactionDetails: details } };
}

/** The day of acceptance is the same on every attempt, and inside the span where a look-up begins. */
function identified(membershipCardNo: string, { reference, createdAt }: Attempt) {
  return { reference, membershipCardNo, transactionDate: dayOf(createdAt) };
}

function described(activity: Activity, config: Config) {
  switch (activity.type) {
    case 'stay':
      return {
        transactionType: 'ST',
        hotelId: fitting(activity.property, 20, 'PROPERTY_LENGTH'),
        reservationIdList: [{ id: fitting(activity.confirmation, 80, 'CONFIRMATION_LENGTH'), type: 'Confirmation' }],
        stayTimeSpan: { startDate: activity.checkIn, endDate: activity.checkOut },
        ...currencyOf(activity.eligible),
      } as const;
    case 'other':
      return {
        transactionType: 'OT',
        hotelId: config.hotelId,
        notes: `${activity.reference} ${activity.date} ${activity.description}`.slice(0, NOTES_MAX),
        ...currencyOf(activity.amount),
      } as const;
    case 'flight':
    case 'rail':
      throw rejected('supplier-refused', 'ACTIVITY_TYPE');
    default:
      return activity satisfies never;
  }
}

function currencyOf(money: Money | undefined): Pick<Details, 'currency'> {
  return money === undefined ? {} : { currency: money.currency };
}

/** A code cut short would be another hotel's or another stay's. */
function fitting(text: string, longest: number, supplierCode: string): string {
  if (text.length > longest) throw rejected('supplier-refused', supplierCode);
  return text;
}

function idInLocation(location: string): string {
  const path = location.replace(/[?#].*$/, '').replace(/\/+$/, '');
  const id = path.slice(path.lastIndexOf('/') + 1);
  if (!/^[A-Za-z0-9._~-]{1,80}$/.test(id) || id === 'transactions') throw unbelievable('Location has no id');
  return id;
}
