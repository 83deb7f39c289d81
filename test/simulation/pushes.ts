import { createInbound } from '../../src/core/inbound/use-cases.js';
import type { Notification } from '../../src/spec/notification.js';
import { suppliersOf } from './places.js';
import type { Process } from './turns.js';
import { placeOf, through, type World } from './world.js';

/** A push on its way to us; it comes again until it is taken. */
interface Push {
  readonly eventId: string;
  readonly scheme: string;
  readonly notification: Notification;
  under: Process | null;
}

/** What platforms tell by themselves: twice, in any order, lost and told again, sometimes wrong. */
export interface Pushes {
  /** How many can be delivered now. */
  waiting(): number;
  deliver(process: Process): string;
  /** Has what is parked looked at again. */
  retry(process: Process): void;
  /** Tells something that is not so. */
  mislead(): string;
  /** Operations that were final when a push contradicted them: each needs an open break. */
  readonly contradicted: Set<string>;
}

export function createPushes(world: World): Pushes {
  const { chance, wire, told, store, places, broken } = world;
  const pushes: Push[] = [];
  const contradicted = new Set<string>();
  let events = 0;
  const count = (what: string): void => void wire.faults.counts.set(what, (wire.faults.counts.get(what) ?? 0) + 1);

  const takeOver = (): void => {
    for (const { scheme, notification } of told.splice(0)) {
      pushes.push({ eventId: `e-${++events}`, scheme, notification, under: null });
      if (!wire.faults.on || !chance.happens(0.25)) continue;
      count('told twice');
      // Under the same event, or as another one.
      const eventId = chance.happens(0.5) ? `e-${events}` : `e-${++events}`;
      pushes.push({ eventId, scheme, notification, under: null });
    }
  };
  const free = (): Push[] => {
    takeOver();
    return pushes.filter(({ under }) => under === null || !under.alive);
  };
  const inboundOf = (process: Process) =>
    createInbound({
      store: through(world, process, store.pushes),
      operations: through(world, process, store.operations),
      breaks: through(world, process, store.breaks),
      suppliers: suppliersOf(places, wire, process),
      vault: world.vault,
      random: chance.next,
      nowMs: () => world.time.now(),
      onSecurityEvent: () => undefined,
    });

  return {
    contradicted,
    waiting: () => free().length,
    deliver: (process) => {
      const push = chance.pick(free());
      const { scheme, eventId, notification } = push;
      push.under = process;
      const raw = { method: 'POST', path: '/', headers: { 'event-id': eventId }, body: bytesOf(notification) };
      void inboundOf(process)
        .receive(placeOf(world, scheme).connectionId, raw)
        .then(
          () => void pushes.splice(pushes.indexOf(push), 1),
          (error: unknown) => broken.push(`a push failed: ${String(error)}`),
        );
      return `${scheme} ${notification.type}`;
    },
    retry: (process) => {
      inboundOf(process)
        .retryParked(10)
        .catch((error: unknown) => broken.push(`parked pushes failed: ${String(error)}`));
    },
    mislead: () => {
      const rows = [...store.tables.operations.values()].filter(({ state }) => state === 'posted');
      const kind = chance.weighted({ stranger: 1, contradiction: rows.length === 0 ? 0 : 2 });
      count(`pushed: ${kind}`);
      if (kind === 'stranger' || rows.length === 0) {
        const { scheme } = chance.pick(places);
        const reference = String(chance.between(1, 1_000_000)).padStart(20, '9');
        told.push({ scheme: scheme.id, notification: { type: 'operation.posted', reference, points: 100 } });
        return 'a push about nothing of ours';
      }
      const row = chance.pick(rows);
      const refusal = { reason: 'member-closed', supplierCode: 'E9' } as const;
      told.push({
        scheme: row.scheme,
        notification: { type: 'operation.refused', reference: row.reference, ...refusal },
      });
      contradicted.add(row.id);
      return 'a push that contradicts what was posted';
    },
  };
}

function bytesOf(notification: Notification): Buffer {
  return Buffer.from(JSON.stringify(notification));
}
