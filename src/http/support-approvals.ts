import type { Support } from '../core/support/support.js';
import { uuidOf } from './ids.js';
import { pageOf } from './page.js';
import { serveCreation, serveView, type Door } from './route.js';

/** `/v1/support/approvals`. */
export function approvalRoutes(door: Door, support: Support): void {
  serveView(door, 'listApprovals', ({ caller, query }) =>
    support.approvals(caller, { state: query.state }, pageOf(query)),
  );
  serveView(door, 'getApproval', ({ caller, param }) => support.approval(caller, uuidOf('apr', param('id'))));
  serveCreation(door, 'decideApproval', ({ caller, param, body: { decision, reason }, request }) =>
    support.decide(caller, { approvalId: uuidOf('apr', param('id')), decision, reason }, request),
  );
}
