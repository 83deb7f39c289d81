import { instant } from '../engine/clock.js';
import { type AccrualParts, type AccrualRecord, isEligible, settle } from './accruals.js';
import type { Wire } from './answers.js';

/** The night's run: everything accepted whose travel is over is posted or refused, and the partner is told. */
export function nightly(parts: AccrualParts): (businessDate: string) => void {
  return (businessDate) => {
    for (const reference of Array.from(parts.accepted.values())) {
      const record = parts.accruals.get(reference);
      if (!record || record.request.activity.date > businessDate) continue;
      parts.accepted.delete(reference);
      if (isEligible(record.request)) tellPosted(settle(record, parts), parts);
      else refuse(record, parts);
    }
  };
}

function tellPosted(record: AccrualRecord, parts: AccrualParts): void {
  const { reference, memberNo, points } = record.request;
  const { supplierReference } = record;
  const body: Wire['AccrualPosted'] = {
    eventId: `${supplierReference}-posted`,
    type: 'accrual.posted',
    reference,
    supplierReference,
    memberNo,
    points,
    at: instant(parts.clock()),
  };
  parts.push({ eventId: body.eventId, body: { ...body } });
}

function refuse(record: AccrualRecord, parts: AccrualParts): void {
  const { reference, memberNo } = record.request;
  parts.accruals.set(reference, { ...record, status: 'refused', code: 'NOT_ELIGIBLE' });
  const body: Wire['AccrualRefused'] = {
    eventId: `${record.supplierReference}-refused`,
    type: 'accrual.refused',
    reference,
    memberNo,
    code: 'NOT_ELIGIBLE',
    at: instant(parts.clock()),
  };
  parts.push({ eventId: body.eventId, body: { ...body } });
}
