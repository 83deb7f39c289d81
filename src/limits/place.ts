import type { Places, Priority } from '../core/supplier/ports.js';
import type { SharedTime } from './shared-time.js';

/**
 * A moment at which one call may begin: not before `from` and not after `until`. With a `lane` it is that lane's, which got it in turn
 * although live work wants more.
 */
export interface Place {
  readonly from: number;
  readonly until: number;
  readonly lane?: Priority | undefined;
}

/** Who stands in line and for how many places; those who wanted a place before keep their `turn`. */
export interface Wish {
  readonly priority: Priority;
  readonly turn: number;
  readonly wanted: number;
  /** When waiting ends without any. */
  readonly until: number;
  /** How far ahead a place has to lie to be of use. */
  readonly leadMs: number;
}

export const PRIORITIES: readonly Priority[] = ['live', 'support', 'nightly'];

/**
 * How late a place may be used; after that it is lost, or places that were not used would add up to a burst. A tenth of a second would
 * keep any second within a tenth above the rate; the rest of it is left for the way to the supplier.
 */
const LATE_MS = 80;
/** What a place lasts at least, however little is known of the other's clock. */
const PLACE_MS = 10;

/** By priority, and within one by arrival. */
export function byTurn(a: Wish, b: Wish): number {
  return PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || a.turn - b.turn;
}

/** Whether somebody who waits has a use for a place. */
export function fits(place: Place, wish: Wish): boolean {
  return place.from <= wish.until && (place.lane === undefined || place.lane === wish.priority);
}

/** Not before the moment has come by either clock, and not long after it by the one that is further. */
export function placesOf(
  { count, firstAt, everyMs }: Extract<Places, { limited: true }>,
  time: SharedTime,
  lane: Priority | undefined,
): Place[] {
  return Array.from({ length: count }, (_, index) => {
    const at = firstAt + index * everyMs;
    const from = time.latest(at);
    return { from, until: Math.max(time.earliest(at) + LATE_MS, from + PLACE_MS), lane };
  });
}
