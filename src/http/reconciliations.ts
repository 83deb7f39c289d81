import type { Reconciliations } from '../core/reconcile/reconciliations.js';
import { uuidOf } from './ids.js';
import { checkBreakAction } from './meaning.js';
import { pageOf } from './page.js';
import { serveCreation, serveView, type Door } from './route.js';

/** `/v1/support/reconciliations` and `/v1/support/breaks`. */
export function reconciliationRoutes(door: Door, reconciliations: Reconciliations): void {
  serveCreation(door, 'createReconciliation', ({ caller, body, request }) =>
    reconciliations.open(caller, body, request),
  );
  serveView(door, 'getReconciliation', ({ caller, param }) => reconciliations.get(caller, uuidOf('rcn', param('id'))));
  serveView(door, 'listBreaks', ({ caller, language, param, query }) =>
    reconciliations.breaks(caller, uuidOf('rcn', param('id')), { state: query.state }, pageOf(query), language),
  );
  serveCreation(door, 'signOffReconciliation', ({ caller, param, body, request }) =>
    reconciliations.signOff(caller, uuidOf('rcn', param('id')), body.reason, request),
  );
  serveCreation(door, 'actOnBreak', async ({ caller, language, param, body, request }) => {
    checkBreakAction(body, language);
    const { action, reason, owner } = body;
    const breakId = uuidOf('brk', param('id'));
    return reconciliations.act(caller, { breakId, action, reason, owner }, request, language);
  });
}
