import type { Support } from '../core/support/support.js';
import { uuidOf } from './ids.js';
import { checkSupportAction } from './meaning.js';
import { pageOf } from './page.js';
import { serveCreation, serveQuestion, serveView, type Door } from './route.js';

/** `/v1/support/operations` and `/v1/support/search`. */
export function supportOperationRoutes(door: Door, support: Support): void {
  serveView(door, 'listSupportOperations', ({ caller, language, query }) => {
    const { state, scheme, reviewReason, olderThan, order = 'newest' } = query;
    return support.list(caller, { state, scheme, reviewReason, olderThan, order }, pageOf(query), language);
  });
  serveView(door, 'getSupportOperation', ({ caller, language, param }) =>
    support.get(caller, uuidOf('op', param('id')), language),
  );
  serveCreation(door, 'actOnOperation', async ({ caller, language, param, body, request }) => {
    checkSupportAction(body, language);
    const { action, reason, evidence } = body;
    const operationId = uuidOf('op', param('id'));
    return support.act(caller, { operationId, action, reason, evidence }, request, language);
  });
  serveQuestion(door, 'supportSearch', ({ caller, body }) => support.search(caller, body.query));
}
