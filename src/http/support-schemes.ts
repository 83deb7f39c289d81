import type { SchemeDesk } from '../core/connection/scheme-desk.js';
import { type Door, serveCreation, serveView } from './route.js';

/** `/v1/support/schemes`. */
export function supportSchemeRoutes(door: Door, schemeDesk: SchemeDesk): void {
  serveView(door, 'getSchemeStanding', ({ caller, param }) => schemeDesk.standing(caller, param('scheme')));
  serveCreation(door, 'actOnScheme', ({ caller, param, body, request }) => {
    const { action, reason } = body;
    return schemeDesk.act(caller, { scheme: param('scheme'), action, reason }, request);
  });
}
