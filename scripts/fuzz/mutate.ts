import fc from 'fast-check';

type Place = readonly (string | number)[];

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '\u202e',
    '2026-02-30',
    '1e9',
    '__proto__',
    "'; drop table operation",
    'x'.repeat(600),
    '٣',
    '１２',
  ),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, 2 ** 53, -1, 1e308, 0.1));
const junk = fc.oneof(text, number, fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));

/** A right value with any one thing in it replaced, taken out or put beside it. */
export function spoilt(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return value.chain((right) =>
    fc
      .tuple(fc.constantFrom(...placesIn(right)), junk, fc.constantFrom('replace', 'add'))
      .map(([place, by, how]) => (how === 'add' ? withMember(right, place, by) : replaced(right, place, by))),
  );
}

/** Junk for a place in a path or a query, percent-encoded; half a surrogate pair is left out. */
export const spoiltText: fc.Arbitrary<string> = text.map((given) =>
  encodeURIComponent(given.replaceAll(/\p{Surrogate}/gu, '')),
);

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, child]) => placesIn(child, [...at, name]))];
}

function replaced(value: unknown, place: Place, by: unknown): unknown {
  const [first, ...rest] = place;
  if (first === undefined) return by;
  if (Array.isArray(value))
    return value.map((child: unknown, index) => (index === Number(first) ? replaced(child, rest, by) : child));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, child]: [string, unknown]) => [
      name,
      name === String(first) ? replaced(child, rest, by) : child,
    ]),
  );
}

/** An object somewhere on the way gets a member that nobody asked for. */
function withMember(value: unknown, place: Place, by: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return by;
  const [first, ...rest] = place;
  const child: unknown = first === undefined ? undefined : (value as Record<string, unknown>)[String(first)];
  if (typeof child === 'object' && child !== null && !Array.isArray(child)) {
    return { ...value, [String(first)]: withMember(child, rest, by) };
  }
  return { ...value, tenantId: by };
}
