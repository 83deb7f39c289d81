import type { Clock } from './clock.js';
import type { Place } from './place.js';

/** Places of admitted calls that have not begun, by connection. */
export interface Reserved {
  readonly add: (connectionId: string, places: readonly Place[]) => Reservation;
  /** The earliest that is still good. */
  readonly next: (connectionId: string) => Place | undefined;
  /** How long it takes from an admission to its calls: places have to lie that far ahead, in milliseconds. */
  readonly leadMs: (connectionId: string) => number;
}

export interface Reservation {
  /** Takes back up to so many of its places, the last ones first. */
  readonly takeBack: (count: number) => readonly Place[];
}

const LEAD_AT_FIRST_MS = 20;
const LEAD_AT_MOST_MS = 250;
/** What was slow once is remembered, less and less. */
const FADES = 0.9;

interface Kept {
  readonly place: Place;
  readonly since: number;
  readonly owner: symbol;
}

interface Entry {
  kept: Kept[];
  leadMs: number;
}

export function createReserved(clock: Clock): Reserved {
  const entries = new Map<string, Entry>();

  const of = (connectionId: string): Entry => {
    const entry = entries.get(connectionId) ?? { kept: [], leadMs: LEAD_AT_FIRST_MS };
    entries.set(connectionId, entry);
    entry.kept = entry.kept.filter(({ place }) => place.until >= clock.now());
    return entry;
  };

  const took = (entry: Entry, ms: number): void => {
    entry.leadMs = Math.min(LEAD_AT_MOST_MS, Math.max(ms, entry.leadMs * FADES));
  };

  return {
    add: (connectionId, places) => {
      const owner = Symbol(connectionId);
      const entry = of(connectionId);
      const since = clock.now();
      entry.kept.push(...places.map((place) => ({ place, since, owner })));
      entry.kept.sort((a, b) => a.place.from - b.place.from);
      return {
        takeBack: (count) => {
          // It is told once the calls are about to begin.
          took(entry, clock.now() - since);
          const back = entry.kept.filter((one) => one.owner === owner).slice(count === 0 ? Infinity : -count);
          entry.kept = entry.kept.filter((one) => !back.includes(one));
          return back.map(({ place }) => place);
        },
      };
    },
    next: (connectionId) => {
      const entry = of(connectionId);
      const first = entry.kept.shift();
      if (first !== undefined) took(entry, clock.now() - first.since);
      return first?.place;
    },
    leadMs: (connectionId) => of(connectionId).leadMs,
  };
}
