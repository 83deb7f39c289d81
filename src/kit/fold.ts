/** Stands in a folded text where it breaks off: at a quote, a comma, a bracket, a long gap. */
export const STOP = '\u0000';
/** What people put between the characters of a number. */
const GAPS = ' \t\n\r-+._/·\u2010\u2011\u2012\u2013\u2014\u2015\u3000';
const LONGEST_GAP = 3;
const ENCODED = /(?:%[\da-f]{2})+/iy;
const ESCAPED = /\\u([\da-f]{4})/iy;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;

/** A text reduced to what identifies it; character k of `text` was read from `from[k]` up to `to[k]` of the original. */
export interface Folded {
  readonly text: string;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/**
 * Folds away how a text is written, so that spellings of the same thing compare equal: case, spaces and dashes, URL encoding and
 * JSON escapes. Whatever else is no letter or digit becomes U+0000. Runs with every exchange, so it goes by character codes.
 */
export function fold(text: string): Folded {
  const signs = new Uint16Array(text.length);
  const from = new Uint32Array(text.length);
  const to = new Uint32Array(text.length);
  let count = 0;
  let gap = 0;
  const take = (code: number, start: number, end: number): void => {
    const sign = SIGNS[code] ?? 0;
    gap = sign === 0 && isGap(code) ? gap + 1 : 0;
    if (gap > 0 && gap <= LONGEST_GAP) return;
    signs[count] = sign;
    from[count] = start;
    to[count] = end;
    count += 1;
  };
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const meant = code === PERCENT ? percent(text, at) : code === BACKSLASH ? backslash(text, at) : null;
    if (meant === null) take(code, at, at + 1);
    else for (let k = 0; k < meant.chars.length; k += 1) take(meant.chars.charCodeAt(k), at, at + meant.length);
    at += meant?.length ?? 1;
  }
  return { text: Buffer.from(signs.buffer, 0, count * 2).toString('utf16le'), from, to };
}

/** Per UTF-16 unit the lower-case unit it counts as, or 0 where it is no sign; beyond ASCII all but the gaps are signs. */
const SIGNS = Uint16Array.from({ length: 0x10000 }, (_none, code) => {
  const char = String.fromCharCode(code);
  if (code < 0x80 ? !/[a-z0-9]/i.test(char) : GAPS.includes(char)) return 0;
  const lower = char.toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
});

function isGap(code: number): boolean {
  return GAPS.includes(String.fromCharCode(code));
}

/** What a piece of text means, and how many characters it takes. */
interface Meant {
  readonly chars: string;
  readonly length: number;
}

function percent(text: string, at: number): Meant | null {
  ENCODED.lastIndex = at;
  const run = ENCODED.exec(text)?.[0];
  if (run === undefined) return null;
  try {
    return { chars: decodeURIComponent(run), length: run.length };
  } catch {
    return { chars: STOP, length: run.length };
  }
}

function backslash(text: string, at: number): Meant | null {
  ESCAPED.lastIndex = at;
  const hex = ESCAPED.exec(text)?.[1];
  if (hex !== undefined) return { chars: String.fromCharCode(Number.parseInt(hex, 16)), length: 6 };
  return '"\\/'.includes(text.charAt(at + 1) || ' ') ? { chars: '', length: 1 } : null;
}
