import type { Field } from '../engine/shape.js';
import type { Collection } from '../engine/store.js';
import { readJson } from '../engine/wire-body.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import { invalid, otherReference, refusal, type Wire } from './answers.js';
import { keyOf } from './idempotency.js';

/** An accrual as the supplier keeps it. */
export interface AccrualRecord {
  readonly request: Wire['AccrualRequest'];
  readonly supplierReference: string;
  readonly status: Wire['Accrual']['status'];
  readonly code?: 'NOT_ELIGIBLE' | undefined;
  readonly businessDate?: string | undefined;
  readonly reversals: readonly Wire['Reversal'][];
}

export interface AccrualParts extends Parts {
  readonly accruals: Collection<AccrualRecord>;
  /** References of accruals that were accepted and not yet posted. */
  readonly accepted: Collection<string>;
  readonly posting: 'at-once' | 'night-after';
}

/** `POST /accruals`; `onAccepted` hears of each accrual that is left to the night. */
export function postAccrual(parts: AccrualParts & { readonly onAccepted: () => void }): Handler {
  return (request) =>
    readJson(
      request,
      (body) => {
        const accrual = readAccrual(body);
        if (accrual.reference !== keyOf(request)) body.at('reference').fail('is not the Idempotency-Key');
        if (parts.accruals.get(accrual.reference)) return refusal('KEY_REUSED');
        if (!parts.members.byNumber(accrual.memberNo)) return refusal('MEMBER_NOT_FOUND');
        if (parts.posting === 'at-once') return postNow(accrual, parts);
        const accepted = accept(accrual, parts);
        parts.onAccepted();
        return accepted;
      },
      invalid,
    );
}

/** `GET /accruals/{reference}` */
export function getAccrual(parts: AccrualParts): Handler {
  return ({ params }) => {
    const record = parts.accruals.get(params['reference'] ?? '');
    return record ? answer(200, record) : refusal('NOT_FOUND');
  };
}

/**
 * The sandbox's own rule, in no contract: an order whose number begins with `REFUND` was given back after it was bought and
 * earns nothing. It is how tests get a refusal, at once or in the night.
 */
export function isEligible({ activity }: Wire['AccrualRequest']): boolean {
  return !activity.orderNo.startsWith('REFUND');
}

/** Moves the points of an accrual and keeps it as posted. */
export function settle(record: AccrualRecord, parts: AccrualParts): AccrualRecord {
  const { reference, memberNo, points } = record.request;
  const { businessDate } = parts.books.apply({
    reference,
    supplierReference: record.supplierReference,
    memberNumber: memberNo,
    points,
    kind: 'accrual',
  });
  const posted = { ...record, status: 'posted', businessDate } as const;
  parts.accruals.set(reference, posted);
  return posted;
}

function postNow(request: Wire['AccrualRequest'], parts: AccrualParts): WireAnswer {
  if (!isEligible(request)) return refusal('NOT_ELIGIBLE');
  const supplierReference = parts.books.nextReference('CN');
  return answer(201, settle({ request, supplierReference, status: 'accepted', reversals: [] }, parts));
}

function accept(request: Wire['AccrualRequest'], parts: AccrualParts): WireAnswer {
  const supplierReference = parts.books.nextReference('CN');
  const record = { request, supplierReference, status: 'accepted', reversals: [] } as const;
  parts.accruals.set(request.reference, record);
  parts.accepted.set(request.reference, request.reference);
  return answer(202, record);
}

function answer(status: number, record: AccrualRecord): WireAnswer {
  const { request, supplierReference, code, businessDate, reversals } = record;
  const body: Wire['Accrual'] = {
    reference: request.reference,
    supplierReference,
    memberNo: request.memberNo,
    points: request.points,
    status: record.status,
    reversals: [...reversals],
    ...(code === undefined ? {} : { code }),
    ...(businessDate === undefined ? {} : { businessDate }),
  };
  return {
    status,
    body,
    wrongEchoes: [
      { ...body, points: body.points + 1 },
      { ...body, reference: otherReference(body.reference) },
    ],
  };
}

function readAccrual(body: Field): Wire['AccrualRequest'] {
  const activity = body.at('activity');
  const passenger = activity.at('passenger').optional((field) => field.whole({ min: 1 }));
  const fare = activity.at('fare').optional((field) => ({
    currency: field.at('currency').text({ pattern: /^[A-Z]{3}$/ }),
    minor: field.at('minor').whole({ min: 0 }),
  }));
  return {
    reference: body.at('reference').text({ pattern: /^[0-9]{20}$/ }),
    memberNo: body.at('memberNo').text({ max: 32 }),
    activity: {
      type: activity.at('type').oneOf(['rail', 'flight', 'stay']),
      orderNo: activity.at('orderNo').text(),
      item: activity.at('item').text(),
      date: activity.at('date').date(),
      ...(passenger === undefined ? {} : { passenger }),
      ...(fare === undefined ? {} : { fare }),
    },
    points: body.at('points').whole({ min: 1 }),
  };
}
