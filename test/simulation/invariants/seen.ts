import type { LedgerTransaction, StoredAttempt, StoredEvent, StoredOperation } from '../memory-store/tables.js';
import type { Effect } from '../supplier/books.js';
import type { Departure, World } from '../world.js';

/** What has changed since the last look: all that an invariant has to look at. */
export interface Changes {
  readonly rows: readonly { readonly before: StoredOperation | null; readonly row: StoredOperation }[];
  readonly events: readonly StoredEvent[];
  readonly attempts: readonly StoredAttempt[];
  readonly ledger: readonly LedgerTransaction[];
  readonly effects: readonly (Effect & { readonly scheme: string })[];
  readonly departures: readonly Departure[];
}

/** Finds what has changed from one look to the next. */
export function changesOf(world: World): () => Changes {
  const { tables } = world.store;
  const rows = new Map<string, StoredOperation>();
  const news = {
    events: newOnes(() => tables.events),
    attempts: newIn(tables.attempts),
    ledger: newIn(tables.ledger),
    departures: newOnes(() => world.departures),
    effects: world.places.map(({ scheme, platform }) => {
      const next = newOnes(() => platform.books.effects);
      return () => next().map((effect) => ({ ...effect, scheme: scheme.id }));
    }),
  };
  return () => {
    const changed: { before: StoredOperation | null; row: StoredOperation }[] = [];
    for (const [id, row] of tables.operations) {
      const before = rows.get(id) ?? null;
      if (before === row) continue;
      changed.push({ before, row });
      rows.set(id, row);
    }
    return {
      rows: changed,
      events: news.events(),
      attempts: news.attempts(),
      ledger: news.ledger(),
      departures: news.departures(),
      effects: news.effects.flatMap((next) => next()),
    };
  };
}

function newOnes<T>(all: () => readonly T[]): () => readonly T[] {
  let seen = 0;
  return () => {
    const fresh = all().slice(seen);
    seen += fresh.length;
    return fresh;
  };
}

function newIn<T>(table: ReadonlyMap<string, T>): () => readonly T[] {
  let seen = 0;
  return () => {
    if (table.size === seen) return [];
    const fresh = [...table.values()].slice(seen);
    seen = table.size;
    return fresh;
  };
}
