const DAY_MS = 86_400_000;
const ZONE_MS = 8 * 3_600_000;
/** When the day before is settled, counted from midnight. */
export const FETCHED_AFTER_MS = 2 * 3_600_000;

/** The number of the business day that an instant belongs to. */
export function dayOf(at: number): number {
  return Math.floor((at + ZONE_MS) / DAY_MS);
}

/** When that day is settled. */
export function settledAt(day: number): number {
  return (day + 1) * DAY_MS - ZONE_MS + FETCHED_AFTER_MS;
}

/** The last day that is settled already. */
export function lastClosed(now: number): number {
  return dayOf(now - FETCHED_AFTER_MS) - 1;
}

export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
