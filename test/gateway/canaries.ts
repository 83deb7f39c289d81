import { searchFor } from './canary-search.js';

/** Where a canary was found, and in which spelling. */
export interface Leak {
  readonly place: string;
  readonly spelling: string;
}

/** The spellings of a number under which it must not be found either. */
function spellings(number: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(number, 'utf8');
  const grouped = (size: number, by: string): string => (number.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(by);
  return {
    plain: number,
    'in lower case': number.toLowerCase(),
    spaced: grouped(1, ' '),
    'in groups of four': grouped(4, ' '),
    'in groups of three': grouped(3, ' '),
    dashed: grouped(4, '-'),
    'percent-encoded': Array.from(bytes, (byte) => `%${byte.toString(16)}`).join(''),
    'JSON-escaped': Array.from(number, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    'in hexadecimal': bytes.toString('hex'),
    'in capital hexadecimal': bytes.toString('hex').toUpperCase(),
    'in base64': base64At(bytes, 0),
    'in base64 after one byte': base64At(bytes, 1),
    'in base64 after two bytes': base64At(bytes, 2),
  };
}

/** The part of the base64 that is the same whatever stands before and after. */
function base64At(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  return padded.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6));
}

/** Looks for these numbers, in every spelling, through texts by their place. */
export function leaksIn(numbers: readonly string[], texts: ReadonlyMap<string, string>): Leak[] {
  const wanted = new Map<string, string>();
  for (const number of numbers) {
    for (const [spelling, spelt] of Object.entries(spellings(number))) {
      // Where two spellings are the same, the first names it.
      if (!wanted.has(spelt)) wanted.set(spelt, spelling);
    }
  }
  const search = searchFor(new Set(wanted.keys()));
  return [...texts].flatMap(([place, text]) =>
    [...search(text)].map((spelt) => ({ place, spelling: wanted.get(spelt) ?? '' })),
  );
}

/** Every spelling of a number as a text of its own, to see that each is found. */
export function spelt(number: string): ReadonlyMap<string, string> {
  return new Map(Object.entries(spellings(number)).map(([name, text]) => [name, `x ${text} x`]));
}
