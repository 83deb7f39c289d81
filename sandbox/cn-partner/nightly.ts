import { instant } from '../engine/clock.js';
import { type AccrualParts, type AccrualRecord, isEligible, settle } from './accruals.js';
import type { Parts } from '../platform.js';
import type { Wire } from './answers.js';

/** How long after a run what it missed is caught up with. */
const CATCH_UP_MS = 2_000;

/**
 * An accrual that comes when the run of its night is over, because its first try was lost say, is not left until the next night:
 * a run for the stragglers follows.
 */
export function catchingUp(parts: Pick<Parts, 'later'>, run: (businessDate: string) => void) {
  let last: string | null = null;
  return {
    nightly: (businessDate: string): void => {
      last = businessDate;
      run(businessDate);
    },
    accepted: (): void => {
      const missed = last;
      if (missed !== null) parts.later(CATCH_UP_MS, () => run(missed));
    },
  };
}

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
