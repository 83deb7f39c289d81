import type { Limited, QuotaRows } from '../core/supplier/ports.js';
import type { Clock } from './clock.js';
import { createLine, type Line } from './line.js';
import type { Place, Wish } from './place.js';
import { createSharedTime } from './shared-time.js';
import type { Watch } from './watch.js';

/** The lines of all connections that this process calls. */
export interface Lines {
  readonly of: (connection: Limited) => Line;
  /** Whether the connection has a rate, by its scheme or by throttling. */
  readonly limited: (connection: Limited) => boolean;
  /** A number for whoever comes next. */
  readonly nextTurn: () => number;
  /** A request begins. */
  readonly begun: (connectionId: string) => void;
  /** The supplier throttles: the fleet's rate is halved. */
  readonly slower: (connectionId: string) => void;
  readonly close: () => void;
}

/** Stands in line for places, and says how long that took. */
export type Stand = (connection: Limited, wish: Wish, signal: AbortSignal) => Promise<readonly Place[]>;

/** One answer is enough for calls that were out together. */
const SLOWER_EVERY_MS = 1_000;

interface Entry {
  perSecond: number | null;
  readonly line: Line;
  slowedAt: number;
  /** Requests by second: this one and the one before. */
  second: number;
  begun: number;
  before: number;
}

export function createLines(options: {
  readonly rows: Pick<QuotaRows, 'lease' | 'throttle'>;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}): Lines {
  const { rows, watch, clock, onError } = options;
  const sharedTime = createSharedTime();
  const entries = new Map<string, Entry>();
  let turns = 0;

  const open = ({ connectionId, limits }: Limited): Entry => {
    const known = entries.get(connectionId);
    if (known !== undefined) {
      known.perSecond = limits.perSecond;
      return known;
    }
    const entry: Entry = {
      perSecond: limits.perSecond,
      slowedAt: Number.NEGATIVE_INFINITY,
      second: 0,
      begun: 0,
      before: 0,
      line: createLine({
        connectionId,
        clock,
        sharedTime,
        lease: rows.lease,
        perSecond: () => entry.perSecond,
        limited: () => entry.perSecond !== null || watch.throttled(connectionId),
        freed: () => {
          watch.learn(connectionId, { throttled: false });
        },
        onError,
      }),
    };
    entries.set(connectionId, entry);
    return entry;
  };

  const turnSecond = (entry: Entry): void => {
    const second = Math.floor(clock.now() / 1000);
    if (second === entry.second) return;
    entry.before = second === entry.second + 1 ? entry.begun : 0;
    entry.begun = 0;
    entry.second = second;
  };

  return {
    of: (connection) => open(connection).line,
    limited: ({ connectionId, limits }) => limits.perSecond !== null || watch.throttled(connectionId),
    nextTurn: () => (turns += 1),
    begun: (connectionId) => {
      const entry = entries.get(connectionId);
      if (entry === undefined) return;
      turnSecond(entry);
      entry.begun += 1;
    },
    slower: (connectionId) => {
      const entry = entries.get(connectionId);
      if (entry === undefined || entry.slowedAt > clock.now() - SLOWER_EVERY_MS) return;
      entry.slowedAt = clock.now();
      turnSecond(entry);
      const measured = Math.max(entry.begun, entry.before);
      rows.throttle(connectionId, entry.perSecond, measured).then(() => {
        watch.learn(connectionId, { throttled: true });
      }, onError);
    },
    close: () => {
      for (const { line } of entries.values()) line.close();
    },
  };
}
