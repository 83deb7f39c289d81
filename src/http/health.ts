import { sendProblem } from './problem.js';
import { serve, type Door } from './route.js';
import { sendView } from './send.js';

/** `/healthz` and `/readyz`. */
export function healthRoutes(door: Door): void {
  serve(door, 'getHealth', (_request, reply) => {
    if (door.deps.alive?.() ?? true) sendView(reply, 200, { ok: true });
    else sendProblem(reply, { code: 'UNAVAILABLE', details: {} });
  });
  serve(door, 'getReadiness', async (_request, reply) => {
    const { ok, checks } = await door.deps.ready();
    if (ok) sendView(reply, 200, { ok, checks });
    else sendProblem(reply, { code: 'UNAVAILABLE', details: { checks } });
  });
}
