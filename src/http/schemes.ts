import { Problem } from '../core/problem.js';
import type { Schemes, SchemeView } from '../core/scheme/schemes.js';
import { serveView, type Door } from './route.js';

/** `/v1/schemes`. */
export function schemeRoutes(door: Door, schemes: Schemes): void {
  serveView(door, 'listSchemes', async ({ caller }) => ({ items: await schemes.list(caller.tenantId), next: null }));
  serveView(door, 'getScheme', ({ caller, param }) => schemeOrNotFound(schemes, caller.tenantId, param('scheme')));
}

/** A scheme that a body names and nobody knows is a fault of the body; one that the address names is not found. */
async function schemeOrNotFound(schemes: Schemes, tenantId: string, scheme: string): Promise<SchemeView> {
  try {
    return await schemes.get(tenantId, scheme);
  } catch (error) {
    throw error instanceof Problem && error.code === 'SCHEME_UNKNOWN' ? new Problem('NOT_FOUND') : error;
  }
}
