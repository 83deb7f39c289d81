import type { ChangeConnection, Connections } from '../core/connection/connections.js';
import { invalid } from '../core/problem.js';
import { fromTypeId } from '../spec/typeid.js';
import { uuidOf } from './ids.js';
import { pageOf } from './page.js';
import { type Door, serveCreation, serveQuestion, serveView } from './route.js';

/** `/v1/admin/connections`. */
export function adminConnectionRoutes(door: Door, connections: Connections): void {
  serveView(door, 'listConnections', ({ caller, query }) =>
    connections.list(caller, { scheme: query.scheme, state: query.state }, pageOf(query)),
  );
  serveCreation(door, 'createConnection', async ({ caller, language, body, request }) => {
    const { scheme, settings, secrets, timing = 'normal', reason } = body;
    const input = { scheme, tenantId: tenantOf(body.tenantId), settings, secrets, timing, reason };
    return connections.create(caller, input, request, language);
  });
  serveView(door, 'getConnection', ({ caller, param }) => connections.get(caller, uuidOf('con', param('id'))));
  serveQuestion(door, 'updateConnection', ({ caller, language, param, body }) => {
    const change: ChangeConnection = body;
    return connections.change(caller, uuidOf('con', param('id')), change, language);
  });
  serveQuestion(door, 'checkConnection', ({ caller, language, param }) =>
    connections.check(caller, uuidOf('con', param('id')), language),
  );
}

function tenantOf(id: string | undefined): string | null {
  if (id === undefined) return null;
  const tenantId = fromTypeId('ten', id);
  if (tenantId === null) throw invalid('/tenantId', { zh: '没有这样的租户', en: 'is no tenant' });
  return tenantId;
}
