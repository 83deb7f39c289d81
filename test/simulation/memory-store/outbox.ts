import type { Lane, Outbox, WakeUp } from '../../../src/core/operation/ports.js';
import { LIVE_STATES, LOOKUP_STATES } from '../../../src/store/lane-states.js';
import type { Base } from './base.js';

/** Wake-ups that committed with the work they are for; handed on one by one, since bundles are only cheaper. */
export function memoryOutbox({ tables, now }: Base): Outbox {
  return {
    publish: async (limit, publish) => {
      const taken = tables.outbox.slice(0, limit);
      const at = now();
      const wakeUps = taken.map(({ tenantId, lane, connectionId, operationId, dueAt }): WakeUp => {
        return { lane, connectionId, delayMs: Math.max(0, dueAt - at), hints: [{ tenantId, id: operationId }] };
      });
      if (taken.length > 0) await publish(wakeUps);
      tables.outbox = tables.outbox.filter((one) => !taken.includes(one));
      return taken.length;
    },
    overdue: async () => {
      const places = new Map<string, { readonly lane: Lane; readonly connectionId: string }>();
      for (const { connectionId, nextActionAt, state } of tables.operations.values()) {
        if (nextActionAt === null || nextActionAt.getTime() > now()) continue;
        const lane = LIVE_STATES.includes(state) ? 'live' : LOOKUP_STATES.includes(state) ? 'lookup' : null;
        if (lane !== null) places.set(`${lane}|${connectionId}`, { lane, connectionId });
      }
      return [...places.values()];
    },
  };
}
