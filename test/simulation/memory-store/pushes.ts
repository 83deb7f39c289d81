import type { InboundStore } from '../../../src/core/inbound/ports.js';
import type { Base } from './base.js';

/** Pushes in memory, of no tenant until their operation is known. */
export function memoryPushes({ tables, now }: Base): InboundStore {
  const nameOf = (connectionId: string, eventId: string): string => `${connectionId}|${eventId}`;
  return {
    receive: async (connectionId, eventId, notifications) => {
      const name = nameOf(connectionId, eventId);
      const known = tables.pushes.get(name);
      if (known !== undefined) return known.state;
      const push = { connectionId, eventId, notifications, receivedAt: now(), nextActionAt: null };
      tables.pushes.set(name, { ...push, state: 'received' });
      return 'received';
    },
    settle: async (connectionId, eventId, state, againInMs) => {
      const push = tables.pushes.get(nameOf(connectionId, eventId));
      if (push === undefined) return;
      const nextActionAt = againInMs === null ? null : now() + againInMs;
      tables.pushes.set(nameOf(connectionId, eventId), { ...push, state, nextActionAt });
    },
    locate: async (connectionId, reference) => {
      for (const row of tables.operations.values()) {
        if (row.reference === reference && row.connectionId === connectionId) {
          return { tenantId: row.tenantId, operationId: row.id };
        }
      }
      return null;
    },
    claimParked: async (limit, holdMs, forgetMs) => {
      const due = [...tables.pushes]
        .filter(([, { nextActionAt }]) => nextActionAt !== null && nextActionAt <= now())
        .sort(([, a], [, b]) => (a.nextActionAt ?? 0) - (b.nextActionAt ?? 0))
        .slice(0, limit);
      const claimed = due.map(([name, push]) => {
        const forgotten = push.receivedAt < now() - forgetMs;
        const state = forgotten ? ('ignored' as const) : push.state;
        const held = { ...push, state, nextActionAt: forgotten ? null : now() + holdMs };
        tables.pushes.set(name, held);
        return held;
      });
      return claimed.filter(({ state }) => state === 'parked');
    },
  };
}
