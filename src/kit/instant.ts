import type { Instant } from '../spec/values.js';

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * A time of RFC 3339 with whatever offset, in UTC and to the millisecond; `undefined` for any other text and for a day
 * that there is not.
 */
export function utcInstant(text: string): Instant | undefined {
  const date = RFC_3339.exec(text)?.[1];
  const time = Date.parse(text);
  if (date === undefined || Number.isNaN(time)) return undefined;
  // `Date.parse` takes the 30th of February for a day in March.
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date) ? new Date(time).toISOString() : undefined;
}
