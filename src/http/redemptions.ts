import type { Operations } from '../core/operation/operations.js';
import type { Redemptions } from '../core/redemption/redemptions.js';
import { uuidOf } from './ids.js';
import { operationSettler } from './prefer.js';
import { serveCreation, type Door } from './route.js';

/** What redemptions need: their own use cases, and operations to wait for. */
interface RedemptionParts {
  readonly redemptions: Redemptions;
  readonly operations: Operations;
}

/** `/v1/redemptions`, their steps and their refunds. */
export function redemptionRoutes(door: Door, { redemptions, operations }: RedemptionParts): void {
  const settle = operationSettler(operations);
  serveCreation(
    door,
    'createRedemption',
    ({ caller, body, request }) => {
      const { quoteId, clientReference, metadata = {} } = body;
      return redemptions.redeem(caller, { quoteId: uuidOf('qte', quoteId), clientReference, metadata }, request);
    },
    settle,
  );
  serveCreation(
    door,
    'confirmRedemption',
    ({ caller, param, request }) => redemptions.confirm(caller, uuidOf('op', param('id')), request),
    settle,
  );
  serveCreation(
    door,
    'releaseRedemption',
    ({ caller, param, request }) => redemptions.release(caller, uuidOf('op', param('id')), request),
    settle,
  );
  serveCreation(
    door,
    'createRefund',
    ({ caller, param, body, request }) => {
      const { points, reason, clientReference, metadata = {} } = body;
      const redemptionId = uuidOf('op', param('id'));
      return redemptions.refund(caller, { redemptionId, points, reason, clientReference, metadata }, request);
    },
    settle,
  );
}
