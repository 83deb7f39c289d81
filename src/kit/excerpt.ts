import { plainLine } from './plain-line.js';
import type { Redact } from './redact.js';

const LENGTH = 512;
const WINDOW = 4_096;
/** A secret may stand half inside the window, where it is not known as one. */
const EDGE = 1_024;
const HALF_A_CHARACTER = /[\ud800-\udbff]$/;

/** The first 512 characters of a supplier's answer for people to look at: redacted, on one line, harmless to a terminal. */
export function excerpt(text: string, redact: Redact): string {
  const redacted = redact(plainLine(text.slice(0, WINDOW)));
  const certain = text.length > WINDOW ? redacted.slice(0, -EDGE) : redacted;
  return certain.slice(0, LENGTH).replace(HALF_A_CHARACTER, '');
}

/** A URL's path with the names of its query parameters and none of their values, redacted. */
export function pathExcerpt(url: URL, redact: Redact): string {
  const names = [...new Set(url.searchParams.keys())];
  const query = names.length === 0 ? '' : `?${names.join('&')}`;
  return redact(plainLine(url.pathname + query)).slice(0, LENGTH);
}
