import { type Folded, fold, STOP } from './fold.js';

const MARK = '[redacted]';
const NAME =
  '(?:[\\w-]{0,30}(?:token|secret|passwo?r?d|signature|authorization|api[-_]?key|app[-_]?key|hmac|credential|cookie)' +
  '[\\w-]{0,30}|mac|sig|pwd)';
const LOOKS_SECRET: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|Digest|HMAC)\s+[\w.~+/=-]{6,}/gi, `$1 ${MARK}`],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, MARK],
  // "name": "value", name=value, name="value", also inside a JSON text inside JSON
  [
    new RegExp(`\\b(${NAME}\\\\?["']?\\s{0,9}[:=]\\s{0,9})(?:\\\\?"[^"]*|'[^']*|[^\\s"'&,;<>{}\\]]+)`, 'gi'),
    `$1${MARK}`,
  ],
  [new RegExp(`(<${NAME}(?:\\s[^>]{0,99})?>)[^<]+`, 'gi'), `$1${MARK}`],
];

/** From this length on, a secret is known with gaps between its characters; a shorter word would be found in half of all texts. */
const LONG = 6;
const WORD = /^[a-z0-9]*$/;
/** "Li" is a name, and also a part of many words: up to this length a word must stand alone. */
const SHORT = 3;

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/**
 * Makes a filter that replaces every one of `secrets` (keys, passwords, member numbers, names) by `[redacted]`, also in another
 * case, URL-encoded, JSON-escaped, in base64 at any offset, or spaced and dashed; and whatever looks like a credential though
 * nobody named it. A secret without any letter or digit is not looked for.
 */
export function redactor(secrets: readonly string[]): Redact {
  const needles = new Set(secrets.flatMap((secret) => [needle(secret), needle(encoded(secret)), ...base64Of(secret)]));
  needles.delete('');
  return (text) => redactCredentials(cut(text, needles));
}

/** Takes out what looks like a bearer token, a signature, a password or a key, by its name or its form. */
export function redactCredentials(text: string): string {
  return LOOKS_SECRET.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), text);
}

function needle(text: string): string {
  return fold(text).text.replaceAll(/^\0+|\0+$/g, '');
}

/** A secret that looks encoded itself, written so that one decoding gives it back; any other as it stands. */
function encoded(secret: string): string {
  return /[%\\]/.test(secret) ? encodeURIComponent(Buffer.from(secret, 'utf8').toString('utf8')) : secret;
}

/** The part of a secret's base64 that is the same whatever stands before and after it, folded, for each of the three offsets. */
function base64Of(secret: string): string[] {
  const bytes = Buffer.from(`  ${secret}`, 'utf8');
  return [0, 1, 2]
    .map((offset) =>
      bytes
        .toString('base64', 2 - offset)
        .slice(Math.ceil((offset * 8) / 6), Math.floor(((bytes.length - 2 + offset) * 8) / 6))
        .replaceAll(/[+/]/g, '')
        .toLowerCase(),
    )
    .filter((part) => part.length >= LONG);
}

function cut(text: string, needles: ReadonlySet<string>): string {
  if (needles.size === 0) return text;
  const folded = fold(text);
  const ranges: (readonly [number, number])[] = [];
  for (const sought of needles) {
    for (let at = folded.text.indexOf(sought); at !== -1; at = folded.text.indexOf(sought, at + 1)) {
      if (counts(folded, sought, at)) ranges.push([folded.from[at] ?? 0, folded.to[at + sought.length - 1] ?? 0]);
    }
  }
  ranges.sort((a, b) => a[0] - b[0]);
  let rest = '';
  let done = 0;
  for (const [from, to] of ranges) {
    if (from >= done) rest += text.slice(done, from) + MARK;
    done = Math.max(done, to);
  }
  return rest + text.slice(done);
}

/** Whether what was found is the secret, and not a short word's letters by chance. */
function counts(folded: Folded, sought: string, at: number): boolean {
  if (sought.length >= LONG || !WORD.test(sought)) return true;
  const end = at + sought.length;
  for (let k = at + 1; k < end; k += 1) if (!touches(folded, k)) return false;
  return sought.length > SHORT || (!touches(folded, at) && !touches(folded, end));
}

/** Whether a sign follows the one before it without anything between them. */
function touches({ text, from, to }: Folded, k: number): boolean {
  if (k === 0 || k >= text.length || text[k - 1] === STOP || text[k] === STOP) return false;
  return (from[k] ?? 0) <= (to[k - 1] ?? 0);
}
