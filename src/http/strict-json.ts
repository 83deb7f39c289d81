import { isUtf8 } from 'node:buffer';
import type { Json } from '../spec/values.js';

const MAX_DEPTH = 32;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** As many significant digits as a double carries for certain. */
const EXACT_DIGITS = 15;

/** Why bytes are not JSON that we read. */
export type JsonFlaw =
  | 'encoding'
  | 'syntax'
  | 'duplicate-member'
  | 'depth'
  | 'lone-surrogate'
  | 'nul'
  | 'inexact-number';

/** Thrown by `parseStrictJson`; says nothing of what the text holds. */
export class UnreadableJson extends Error {
  override readonly name = 'UnreadableJson';
  constructor(readonly flaw: JsonFlaw) {
    super(flaw);
  }
}

/**
 * Reads JSON the way I-JSON (RFC 7493) wants it written: UTF-8 without a byte order mark, no member twice, no lone surrogates;
 * and no U+0000, which PostgreSQL cannot store, no more than 32 levels, no number that would be rounded into a whole one.
 */
export function parseStrictJson(bytes: Buffer): Json {
  if (!isUtf8(bytes)) throw new UnreadableJson('encoding');
  const text = bytes.toString('utf8');
  inspect(text);
  return parse(text) as Json;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableJson('syntax');
  }
}

/**
 * One pass over text that need not be JSON: what JSON.parse lets through is refused here, what is not JSON is left to it.
 * An open object is the set of its names so far, an open array `null`.
 */
function inspect(text: string): void {
  const open: (Set<string> | null)[] = [];
  let nameMayFollow = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') {
      const end = closingQuote(text, at);
      const content = readString(text.slice(at, end + 1));
      const names = open.at(-1);
      if (nameMayFollow && names) addName(names, content);
      nameMayFollow = false;
      at = end;
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null);
      if (open.length > MAX_DEPTH) throw new UnreadableJson('depth');
      nameMayFollow = char === '{';
    } else if (char === '}' || char === ']') {
      open.pop();
      nameMayFollow = false;
    } else if (char === ',') {
      nameMayFollow = true;
    } else if (char === '.' || char === 'e' || char === 'E') {
      at = refuseRounding(text, at);
    }
  }
}

function addName(names: Set<string>, name: string): void {
  if (names.has(name)) throw new UnreadableJson('duplicate-member');
  names.add(name);
}

/** Where the string that begins at `from` ends; throws when it does not. */
function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  throw new UnreadableJson('syntax');
}

function readString(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  const content = parse(quoted) as string;
  if (/\p{Surrogate}/u.test(content)) throw new UnreadableJson('lone-surrogate');
  if (content.includes('\0')) throw new UnreadableJson('nul');
  return content;
}

/**
 * The point or exponent of a number stands at `at` (or the `e` of `true` and `false`, which has no digits around it). With
 * more digits than a double carries the number could turn into a whole one that was never sent. Returns where the number ends.
 */
function refuseRounding(text: string, at: number): number {
  let start = at;
  while (start > 0 && isNumeric(text[start - 1])) start -= 1;
  let end = at;
  while (isNumeric(text[end + 1])) end += 1;
  const mantissa = text.slice(start, end + 1).split(/[eE]/)[0] ?? '';
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '');
  if (digits.length > EXACT_DIGITS) throw new UnreadableJson('inexact-number');
  return end;
}

function isNumeric(char: string | undefined): boolean {
  return char !== undefined && /[-+.0-9eE]/.test(char);
}
