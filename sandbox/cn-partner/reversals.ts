import { readJson } from '../engine/wire-body.js';
import type { Handler, WireAnswer } from '../platform.js';
import type { AccrualParts, AccrualRecord } from './accruals.js';
import { invalid, refusal, type Wire } from './answers.js';
import type { Holds } from './holds.js';
import { keyOf } from './idempotency.js';

/** `POST /accruals/{reference}/reversals`, done at once for every brand; its own reference is the `Idempotency-Key`. */
export function reverseAccrual(parts: AccrualParts & { readonly holds: Holds }): Handler {
  return (request) =>
    readJson(
      request,
      (body) => {
        const points = body.at('points').whole({ min: 1 });
        body.at('reason').text({ max: 200 });
        const accrual = parts.accruals.get(request.params['reference'] ?? '');
        if (accrual?.status !== 'posted') return refusal('NOT_FOUND');
        const reversed = accrual.reversals.reduce((sum, reversal) => sum + reversal.points, 0);
        if (reversed + points > accrual.request.points) body.at('points').fail('exceeds what is left of the accrual');
        const member = parts.members.byNumber(accrual.request.memberNo);
        if (!member || parts.holds.available(member) < points) return refusal('INSUFFICIENT_POINTS');
        return takeBack(accrual, keyOf(request) ?? '', points, parts);
      },
      invalid,
    );
}

function takeBack(accrual: AccrualRecord, reference: string, points: number, parts: AccrualParts): WireAnswer {
  const { memberNo } = accrual.request;
  const row = parts.books.apply({
    reference,
    supplierReference: parts.books.nextReference('CNR'),
    memberNumber: memberNo,
    points: -points,
    kind: 'reversal',
  });
  const { supplierReference, businessDate } = row;
  const reversal: Wire['Reversal'] = { reference, supplierReference, memberNo, points, businessDate };
  parts.accruals.set(accrual.request.reference, { ...accrual, reversals: [...accrual.reversals, reversal] });
  return { status: 201, body: reversal, wrongEchoes: [{ ...reversal, points: points + 1 }] };
}
