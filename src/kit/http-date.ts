const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * An HTTP date (RFC 9110, 5.6.7) in Unix milliseconds; `undefined` for anything else, for `Date.parse` alone would read
 * "1.5" as a day in 2001.
 */
export function httpDate(value: string | undefined): number | undefined {
  const text = value?.trim() ?? '';
  const time = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
