import type { ResyncScope, Resyncs } from '../core/resync/resyncs.js';
import type { components } from '../../contracts/generated/gateway.js';
import { uuidOf } from './ids.js';
import { checkResync } from './meaning.js';
import { pageOf } from './page.js';
import { serveCreation, serveView, type Door } from './route.js';

/** `/v1/support/resyncs`. */
export function resyncRoutes(door: Door, resyncs: Resyncs): void {
  serveCreation(door, 'createResync', async ({ caller, language, body, request }) => {
    checkResync(body, language);
    const { scope, dryRun = false, reason } = body;
    return resyncs.start(caller, { scope: scopeOf(scope), dryRun, reason }, request);
  });
  serveView(door, 'getResync', ({ caller, param }) => resyncs.get(caller, uuidOf('rsy', param('id'))));
  serveView(door, 'listResyncItems', ({ caller, param, query }) =>
    resyncs.items(caller, uuidOf('rsy', param('id')), pageOf(query)),
  );
}

function scopeOf({ scheme, linkId, operationIds, from, to }: components['schemas']['ResyncScope']): ResyncScope {
  return {
    scheme,
    linkId: linkId === undefined ? undefined : uuidOf('lnk', linkId),
    operationIds: operationIds?.map((id) => uuidOf('op', id)),
    from,
    to,
  };
}
