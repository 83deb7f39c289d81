/** A whole number of a scheme's smallest unit of points; positive magnitude in requests, signed from the member in books and statements. */
export type Points = number & { readonly __brand: 'Points' };

/** Makes `Points` of a number; throws a RangeError for anything but a safe integer (2^53 − 1 at most either side of zero). */
export function points(value: number): Points {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of points: ${value}`);
  return value as Points;
}

/** Money in minor units of an ISO 4217 currency: `{ currency: 'CNY', minor: 120000 }` is 1,200.00 yuan. */
export interface Money {
  readonly currency: string;
  readonly minor: number;
}

/** A calendar date without a zone, `YYYY-MM-DD`, local to the departure or the property. */
export type LocalDate = string;

/** An instant, RFC 3339 in UTC. */
export type Instant = string;

/** A text in the two languages people read here. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** One spelling of a holder's name; a member may have one per script. */
export interface HolderName {
  readonly script: 'Hani' | 'Latn';
  readonly family: string;
  readonly given?: string | undefined;
  readonly source?: string | undefined;
}

/** Whom a member number belongs to, as the platform knows them. */
export interface Holder {
  readonly names: readonly HolderName[];
  readonly document?: { readonly type: string; readonly last4: string } | undefined;
}

/** Any value JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
