const MARK = '[redacted]';
/** What people and systems put between the characters of a number: blanks, dashes, dots, also URL-encoded. */
const GAP = '(?:%20|%2D|[\\s\\-+._/·])';
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

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/**
 * Makes a filter that replaces every one of `secrets` (keys, passwords, member numbers, names) by `[redacted]`, also URL-encoded,
 * JSON-escaped, in base64 at any offset, or spaced and dashed; and whatever looks like a credential though nobody named it.
 */
export function redactor(secrets: readonly string[]): Redact {
  const spellings = [...new Set(secrets.filter((secret) => secret.trim() !== '').flatMap(spellingsOf))];
  if (spellings.length === 0) return redactCredentials;
  spellings.sort((a, b) => b.length - a.length);
  const known = new RegExp(spellings.join('|'), 'giu');
  return (text) => redactCredentials(text.replace(known, MARK));
}

/** Takes out what looks like a bearer token, a signature, a password or a key, by its name or its form. */
export function redactCredentials(text: string): string {
  return LOOKS_SECRET.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), text);
}

/** Every spelling of one secret, as sources of regular expressions. */
function spellingsOf(secret: string): string[] {
  // Through UTF-8, because half a surrogate pair cannot be URL-encoded.
  const literal = Buffer.from(secret.trim(), 'utf8').toString('utf8');
  const inJson = JSON.stringify(literal).slice(1, -1);
  const written = [literal, encodeURIComponent(literal), inJson, escapedForAscii(inJson)];
  const bare = literal.replace(/[^\p{L}\p{N}]/gu, '');
  // "Li" is a name, and also a part of half the words in an answer.
  if (/^\w{1,3}$/.test(literal)) return [`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`];
  return [
    ...written.map(quoted),
    ...(bare.length >= 6 ? [Array.from(bare, quoted).join(`${GAP}{0,3}`)] : []),
    ...base64Of(literal).map(quoted),
  ];
}

/** The part of a secret's base64 that is the same whatever stands before and after it, for each of the three offsets. */
function base64Of(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2]
    .map((offset) =>
      Buffer.concat([Buffer.alloc(offset), bytes])
        .toString('base64')
        .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
    )
    .filter((part) => part.length >= 6)
    .flatMap((part) => [part, part.replaceAll('+', '-').replaceAll('/', '_')]);
}

function escapedForAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
