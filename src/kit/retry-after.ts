import type { HttpResponse } from '../spec/adapter.js';
import { httpDate } from './http-date.js';

const SECONDS = /^\d+$/;

/**
 * Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date), `undefined` where it says nothing readable.
 * A date is counted from the answer's own `Date`, so that a supplier's wrong clock does not matter; `now` stands in without one.
 */
export function retryAfterMs(response: HttpResponse, now: () => number = Date.now): number | undefined {
  const value = response.headers['retry-after']?.trim() ?? '';
  if (SECONDS.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
  const until = httpDate(value);
  if (until === undefined) return undefined;
  return Math.max(0, until - (httpDate(response.headers['date']) ?? now()));
}
