import type { Instant } from '../spec/values.js';

const RFC_3339 = /^(\d{4}-\d{2}-(\d{2}))T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * A time of RFC 3339 with whatever offset, in UTC and to the millisecond; `undefined` for any other text and for a day
 * that there is not.
 */
export function utcInstant(text: string): Instant | undefined {
  const [, date = '', day] = RFC_3339.exec(text) ?? [];
  const time = day === undefined ? Number.NaN : Date.parse(text);
  // `Date.parse` takes the 30th of February for a day in March.
  if (Number.isNaN(time) || new Date(date).getUTCDate() !== Number(day)) return undefined;
  return new Date(time).toISOString();
}
