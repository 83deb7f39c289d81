import { invalid, Problem } from '../core/problem.js';
import type { Language } from './language.js';
import { queryFlawSentence, type QueryFlaw } from './validation-messages.js';

const WHOLE_NUMBER = /^(0|[1-9][0-9]{0,14})$/;

/**
 * Reads a query string strictly: every parameter once, percent-encoding that is UTF-8, no U+0000. Values of the parameters in
 * `numbers` become numbers where they are written as whole ones; all else stays text for the contract to judge.
 */
export function parseQuery(
  url: string,
  numbers: ReadonlySet<string>,
  language: Language,
): Readonly<Record<string, string | number>> {
  const query: Record<string, string | number> = Object.create(null) as Record<string, string | number>;
  const start = url.indexOf('?');
  if (start < 0) return query;
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const [encodedName = '', ...rest] = pair.split('=');
    const name = decode(encodedName);
    const value = decode(rest.join('='));
    if (name === null) throw refused('', 'encoding', language);
    if (value === null) throw refused(name, 'encoding', language);
    if (Object.hasOwn(query, name)) throw refused(name, 'repeated', language);
    query[name] = numbers.has(name) && WHOLE_NUMBER.test(value) ? Number(value) : value;
  }
  return query;
}

function decode(text: string): string | null {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}

function refused(name: string, flaw: QueryFlaw, language: Language): Problem {
  return invalid(`/query/${name.slice(0, 100)}`, queryFlawSentence(flaw, language));
}
