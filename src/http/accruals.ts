import type { AcceptAccrual, Operations } from '../core/operation/operations.js';
import type { components } from '../../contracts/generated/gateway.js';
import { uuidOf } from './ids.js';
import { checkAccrual } from './meaning.js';
import { operationSettler } from './prefer.js';
import { serveCreation, type Door } from './route.js';

/** `/v1/accruals` and their reversals. */
export function accrualRoutes(door: Door, operations: Operations): void {
  const settle = operationSettler(operations);
  serveCreation(
    door,
    'createAccrual',
    async ({ caller, language, body, request }) => {
      checkAccrual(body, language);
      return operations.accrue(caller, acceptAccrual(body), request);
    },
    settle,
  );
  serveCreation(
    door,
    'createReversal',
    async ({ caller, param, body, request }) => {
      const { points, reason, clientReference, metadata = {} } = body;
      const accrualId = uuidOf('op', param('id'));
      return operations.reverse(caller, { accrualId, points, reason, clientReference, metadata }, request);
    },
    settle,
  );
}

/** The use case's input of an accrual, sent alone or as a line of a batch. */
export function acceptAccrual(body: components['schemas']['AccrualRequest']): AcceptAccrual {
  const { linkId, activity, points, bonusPoints, notBefore, clientReference, metadata = {} } = body;
  return { linkId: uuidOf('lnk', linkId), activity, points, bonusPoints, notBefore, clientReference, metadata };
}
