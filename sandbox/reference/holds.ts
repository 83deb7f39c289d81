import { readJson } from '../engine/wire-body.js';
import type { Handler, WireAnswer } from '../platform.js';
import { invalid, refusal } from './answers.js';
import { refusalOf, type WriteParts } from './judgement.js';
import { latest, type OperationRecord } from './operations.js';
import { answer, checkKey, readRedemption } from './writes.js';

/** Points set aside, and the two ways in which somebody ends that. */
export function holdHandlers(parts: WriteParts): Record<'place' | 'confirm' | 'release', Handler> {
  const { operations, available, programme, clock } = parts;

  const ending = (done: 'posted' | 'released', end: (operation: OperationRecord) => OperationRecord): Handler => {
    return ({ params }): WireAnswer => {
      const operation = operations.byReference(params['reference'] ?? '');
      if (operation === undefined) return refusal('HOLD_ENDED');
      const { status } = latest(operation);
      if (status === done) return answer(200, operation, parts);
      if (status !== 'held' || (operation.heldUntil ?? 0) <= clock()) return refusal('HOLD_ENDED');
      available.end(operation.supplierReference);
      return answer(200, end(operation), parts);
    };
  };
  return {
    place: (request) =>
      readJson(
        request,
        (body) => {
          const asked = readRedemption(body);
          checkKey(body, request.headers['idempotency-key'], programme);
          const code = refusalOf(asked, parts);
          if (code !== null) return refusal(code);
          const heldUntil = clock() + programme.holdMs;
          const operation = operations.begin({ ...asked, heldUntil }, 'held');
          const { memberNumber, points } = asked;
          available.place(operation.supplierReference, { memberNumber, points, until: heldUntil });
          return answer(201, operation, parts);
        },
        invalid,
      ),
    confirm: ending('posted', (operation) => operations.post(operation)),
    release: ending('released', (operation) => operations.release(operation)),
  };
}
