import type { Places, PlacesWanted, Priority } from '../core/supplier/ports.js';
import type { Clock } from './clock.js';
import { byTurn, fits, type Place, placesOf, PRIORITIES, type Wish } from './place.js';
import type { SharedTime } from './shared-time.js';

/** Those in this process who wait for a connection's places. */
export interface Line {
  /** At least one place and at most as many as wanted, which may lie a little ahead; none when waiting ended. */
  readonly take: (wish: Wish, signal: AbortSignal) => Promise<readonly Place[]>;
  /** Places that somebody has no use for. */
  readonly giveBack: (places: readonly Place[]) => void;
  /** How soon there may be more for a lane, in milliseconds. */
  readonly waitMs: (priority: Priority) => number;
  readonly close: () => void;
}

export interface LineOptions {
  readonly connectionId: string;
  readonly clock: Clock;
  readonly sharedTime: SharedTime;
  readonly lease: (wanted: PlacesWanted) => Promise<Places>;
  /** The configured rate, as it is now. */
  readonly perSecond: () => number | null;
  /** Whether the connection has a rate at all just now. */
  readonly limited: () => boolean;
  /** Told when the fleet says that it has none any more. */
  readonly freed: () => void;
  readonly onError: (error: unknown) => void;
}

/** A place of a connection without a rate. */
const FREE_MS = 1_000;
const AFTER_ERROR_MS = 500;
/** Nobody asks more often than this for what there was none of. */
const ASK_AGAIN_MS = 10;
/** A database that answers late is asked for places that are still to come when it does. */
const SLOW_MS = 40;
const LEAD_AT_MOST_MS = 300;

interface Waiting extends Wish {
  readonly give: (places: readonly Place[]) => void;
}

interface Lane {
  asking: boolean;
  notBefore: number;
}

export function createLine(options: LineOptions): Line {
  const { clock } = options;
  const lanes: Readonly<Record<Priority, Lane>> = { live: lane(), support: lane(), nightly: lane() };
  let waiting: readonly Waiting[] = [];
  let spare: Place[] = [];
  let wake: (() => void) | undefined;
  let closed = false;
  /** How long the last answers took, the slow ones longest remembered. */
  let answerMs = 0;

  const leave = (one: Waiting, places: readonly Place[]): void => {
    waiting = waiting.filter((other) => other !== one);
    one.give(places);
  };

  const serve = (): void => {
    spare = spare.filter((place) => place.until >= clock.now()).sort((a, b) => a.from - b.from);
    for (const one of [...waiting]) {
      const places = spare.filter((place) => fits(place, one)).slice(0, one.wanted);
      if (places.length === 0) continue;
      spare = spare.filter((place) => !places.includes(place));
      leave(one, places);
    }
  };

  const served = (places: readonly Place[]): void => {
    spare.push(...places);
    serve();
  };

  /** Asks for what is still wanted, lane by lane, now or when it may help. */
  const ask = (): void => {
    wake?.();
    wake = undefined;
    if (closed) return;
    let next = Number.POSITIVE_INFINITY;
    for (const priority of PRIORITIES) {
      const mine = waiting.filter((one) => one.priority === priority);
      const { asking, notBefore } = lanes[priority];
      if (mine.length === 0 || asking) continue;
      if (notBefore > clock.now()) next = Math.min(next, notBefore);
      else void lease(priority, mine);
    }
    if (Number.isFinite(next)) wake = clock.after(next - clock.now(), ask);
  };

  const lease = async (priority: Priority, wishes: readonly Waiting[]): Promise<void> => {
    const wanted = wishes.reduce((sum, one) => sum + one.wanted, 0);
    const leadMs = Math.max(...wishes.map((one) => one.leadMs), answerMs > SLOW_MS ? answerMs : 0);
    const mine = lanes[priority];
    mine.asking = true;
    const askedAt = clock.now();
    try {
      const { connectionId } = options;
      const places = await options.lease({ connectionId, perSecond: options.perSecond(), priority, wanted, leadMs });
      if (places.limited) {
        options.sharedTime.learn(places.nowAt, askedAt, clock.now());
        answerMs = Math.min(LEAD_AT_MOST_MS, Math.max(clock.now() - askedAt, answerMs * 0.8));
        mine.notBefore = clock.now() + Math.max(places.waitMs, places.count === 0 ? ASK_AGAIN_MS : 0);
        served(placesOf(places, options.sharedTime, places.inTurn ? priority : undefined));
      } else {
        options.freed();
        for (const one of [...waiting]) leave(one, free(one.wanted));
      }
    } catch (error) {
      options.onError(error);
      mine.notBefore = clock.now() + AFTER_ERROR_MS;
    } finally {
      mine.asking = false;
      ask();
    }
  };

  const free = (count: number): Place[] => {
    const from = clock.now();
    return Array.from({ length: count }, () => ({ from, until: from + FREE_MS }));
  };

  return {
    take: (wish, signal) => {
      if (closed || signal.aborted) return Promise.resolve([]);
      if (!options.limited()) return Promise.resolve(free(wish.wanted));
      return new Promise((resolve) => {
        const end = (): void => {
          leave(one, []);
        };
        const stop = clock.after(wish.until - clock.now(), end);
        const one: Waiting = {
          ...wish,
          give: (places) => {
            stop();
            signal.removeEventListener('abort', end);
            resolve(places);
          },
        };
        signal.addEventListener('abort', end, { once: true });
        waiting = [...waiting, one].sort(byTurn);
        serve();
        ask();
      });
    },
    giveBack: (places) => {
      served(places);
    },
    waitMs: (priority) => Math.max(0, lanes[priority].notBefore - clock.now()),
    close: () => {
      closed = true;
      wake?.();
      for (const one of [...waiting]) leave(one, []);
    },
  };
}

function lane(): Lane {
  return { asking: false, notBefore: Number.NEGATIVE_INFINITY };
}
