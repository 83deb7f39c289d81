import type { Operations } from '../core/operation/operations.js';
import { uuidOf } from './ids.js';
import { checkRange } from './meaning.js';
import { pageOf } from './page.js';
import { serveView, type Door } from './route.js';

/** `/v1/operations`. */
export function operationRoutes(door: Door, operations: Operations): void {
  serveView(door, 'getOperation', ({ caller, language, param }) =>
    operations.get(caller, uuidOf('op', param('id')), language),
  );
  serveView(door, 'explainOperation', ({ caller, language, param, query }) =>
    operations.explain(caller, uuidOf('op', param('id')), query.lang ?? language),
  );
  serveView(door, 'listOperations', async ({ caller, language, query }) => {
    const { state, kind, scheme, from, to } = query;
    checkRange(from, to, language);
    const linkId = query.linkId === undefined ? undefined : uuidOf('lnk', query.linkId);
    return operations.list(caller, { state, kind, scheme, linkId, from, to }, pageOf(query), language);
  });
}
