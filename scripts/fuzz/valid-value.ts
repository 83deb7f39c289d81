import fc from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;

/** Right values for a schema of the contract, as far as a schema can tell; `known` gives real ones for a pattern, such as our own ids. */
export function valueFor(
  schema: Schema,
  resolve: (ref: string) => Schema,
  known: (pattern: string) => readonly string[],
): fc.Arbitrary<unknown> {
  const of = (inner: unknown): fc.Arbitrary<unknown> => valueFor(inner as Schema, resolve, known);
  if (typeof schema['$ref'] === 'string') return of(resolve(schema['$ref']));
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const choices = schema['oneOf'];
  if (Array.isArray(choices)) return fc.oneof(...choices.map(of));
  const types = [schema['type'] ?? 'object'].flat() as string[];
  return fc.oneof(...types.map((type) => ofType(type, schema, of, known)));
}

function ofType(
  type: string,
  schema: Schema,
  of: (inner: unknown) => fc.Arbitrary<unknown>,
  known: (pattern: string) => readonly string[],
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({
        min: numberOf(schema['minimum'], 0),
        max: Math.min(numberOf(schema['maximum'], 5_000), 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ min: 0, max: 1_000, noNaN: true });
    case 'string':
      return textFor(schema, known);
    case 'array':
      return fc.array(of(schema['items'] ?? {}), {
        minLength: numberOf(schema['minItems'], 0),
        maxLength: Math.min(numberOf(schema['maxItems'], 3), 5),
      });
    default:
      return objectFor(schema, of);
  }
}

function objectFor(schema: Schema, of: (inner: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema | false>>;
  const required = (schema['required'] ?? []) as string[];
  // A member whose schema is `false` may not be there.
  const allowed = Object.entries(properties).filter(([, inner]) => inner !== false);
  const members = Object.fromEntries(allowed.map(([name, inner]) => [name, of(inner)]));
  const extra = schema['additionalProperties'];
  const own = fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  if (typeof extra !== 'object' || extra === null) return own;
  const more = fc.dictionary(fc.stringMatching(/^[a-z]{1,12}$/), of(extra), { maxKeys: 2 });
  return fc.tuple(own, more).map(([one, other]) => ({ ...other, ...one }));
}

function textFor(schema: Schema, known: (pattern: string) => readonly string[]): fc.Arbitrary<string> {
  const { minLength, maxLength } = {
    minLength: numberOf(schema['minLength'], 1),
    maxLength: numberOf(schema['maxLength'], 40),
  };
  const fits = (text: string): boolean => text.length >= minLength && text.length <= maxLength;
  if (schema['format'] === 'date') return fc.date(DAYS).map((day) => day.toISOString().slice(0, 10));
  if (schema['format'] === 'date-time') return fc.date(DAYS).map((day) => day.toISOString());
  const pattern = schema['pattern'];
  if (typeof pattern !== 'string') return fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z ]{0,20}$/).filter(fits);
  const real = known(pattern);
  if (real.length > 0) return fc.constantFrom(...real);
  // Lookaheads and properties of Unicode are more than strings can be made from; a plain word fits those we have.
  if (/\(\?|\\[pP]/.test(pattern)) return fc.stringMatching(/^[A-Za-z][0-9a-z]{0,12}$/);
  return fc.stringMatching(new RegExp(pattern)).filter(fits);
}

const DAYS = { min: new Date('2026-09-01T00:00:00Z'), max: new Date('2026-12-31T00:00:00Z'), noInvalidDate: true };

function numberOf(given: unknown, otherwise: number): number {
  return typeof given === 'number' ? given : otherwise;
}
