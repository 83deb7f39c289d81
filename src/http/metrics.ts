import { Problem } from '../core/problem.js';
import { serve, type Door } from './route.js';
import { send } from './send.js';

/** As Prometheus names its text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics`, where there is no port of its own for it; elsewhere it is not there. */
export function metricsRoutes(door: Door): void {
  serve(door, 'getMetrics', async (_request, reply) => {
    const { measures } = door.deps;
    if (measures === undefined) throw new Problem('NOT_FOUND');
    send(reply, 200, METRICS_TYPE, await measures());
  });
}
