import type { Request } from 'express';
import type { Inbound } from '../core/inbound/inbound.js';
import { Problem } from '../core/problem.js';
import { fromTypeId } from '../spec/typeid.js';
import { readBody } from './body.js';
import { serve, type Door } from './route.js';
import { sendView } from './send.js';

const MAX_PUSH = 1024 * 1024;

/**
 * `/v1/inbound/{connection}`: a supplier's push, handed on as it came. Nothing of it is parsed here, and a connection that is
 * not ours is answered like a wrong signature, so that nobody learns which there are.
 */
export function inboundRoutes(door: Door, inbound: Inbound): void {
  serve(door, 'receivePush', async (request, reply) => {
    const { connection } = request.params;
    const id = typeof connection === 'string' ? fromTypeId('con', connection) : null;
    if (id === null) throw new Problem('SIGNATURE_INVALID');
    const body = await readBody(request, MAX_PUSH);
    const push = { method: request.method, path: request.originalUrl, headers: headersOf(request), body };
    const outcome = await inbound.receive(id, push);
    if (outcome === 'refused') throw new Problem('SIGNATURE_INVALID');
    sendView(reply, outcome === 'accepted' ? 200 : 202, { received: outcome });
  });
}

/** Header names are lower case already; Node joins what comes several times, but for `Set-Cookie`. */
function headersOf(request: Request): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
