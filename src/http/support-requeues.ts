import type { Support } from '../core/support/support.js';
import { uuidOf } from './ids.js';
import { checkRequeue } from './meaning.js';
import { serveCreation, serveView, type Door } from './route.js';

/** `/v1/support/requeues`. */
export function requeueRoutes(door: Door, support: Support): void {
  serveCreation(door, 'createRequeue', async ({ caller, language, body, request }) => {
    checkRequeue(body, language);
    const { action, dryRun, reason, previewId } = body;
    const { operationIds: ids, ...rest } = body.scope;
    const scope = { ...rest, ...(ids === undefined ? {} : { operationIds: ids.map((id) => uuidOf('op', id)).sort() }) };
    const preview = previewId === undefined ? undefined : uuidOf('rqu', previewId);
    return support.requeue(caller, { scope, action, dryRun, reason, previewId: preview }, request, language);
  });
  serveView(door, 'getRequeue', ({ caller, language, param }) =>
    support.getRequeue(caller, uuidOf('rqu', param('id')), language),
  );
}
