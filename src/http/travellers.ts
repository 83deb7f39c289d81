import type { Links } from '../core/link/links.js';
import { requireScope } from './auth.js';
import { serveView, type Door } from './route.js';

/** `/v1/travellers/{ref}`. */
export function travellerRoutes(door: Door, links: Links): void {
  serveView(door, 'getTraveller', ({ caller, param, query }) => {
    if (query.for === 'booking') requireScope(caller, 'read-numbers');
    return links.traveller(caller, param('ref'), query.for ?? 'screen');
  });
}
