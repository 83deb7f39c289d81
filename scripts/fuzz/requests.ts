import fc from 'fast-check';
import {
  METHODS,
  type OperationItem,
  type Parameter,
  type ParameterItem,
  readContract,
} from '../../src/http/contract-document.js';
import { spoilt, spoiltText } from './mutate.js';
import { valueFor } from './valid-value.js';

/** The one thing that is wrong with a request; `caller` is a key that is none, `scope` one that may do something else. */
export type Spoilt =
  | 'nothing'
  | 'body'
  | 'query'
  | 'path'
  | 'method'
  | 'key'
  | 'no key'
  | 'media type'
  | 'syntax'
  | 'caller'
  | 'scope';

/** A request that was made from the contract, right in all it can tell or spoilt in one way. */
export interface FuzzRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly spoilt: Spoilt;
  /** Whose key it comes with; `null` for none. */
  readonly scope: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What exists already, so that a right request does not only look right. */
export interface Known {
  /** Ids, by their pattern. */
  readonly values: (pattern: string) => readonly string[];
  /** Bodies that an operation may well take; often none are known. */
  readonly bodies: (operation: string) => readonly unknown[];
}

type Schema = Readonly<Record<string, unknown>>;
const document = readContract();

/** Requests of every operation in the contract alike; new operations join by themselves. */
export function requests(known: Known): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [requestOf(path, method, operation, item.parameters ?? [], known)];
    }),
  );
  return fc.oneof(...operations);
}

function requestOf(
  path: string,
  method: string,
  operation: OperationItem,
  ofPath: readonly ParameterItem[],
  known: Known,
): fc.Arbitrary<FuzzRequest> {
  const parameters = [...ofPath, ...(operation.parameters ?? [])].map(resolvedParameter);
  const [mediaType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const value = (schema: unknown): fc.Arbitrary<unknown> => valueFor(schema as Schema, resolve, known.values);
  const scope = operation.security?.[0]?.['key']?.[0] ?? null;
  const keyed = parameters.some(({ name, required }) => name === 'Idempotency-Key' && required === true);
  const kinds: readonly Spoilt[] = [
    'nothing',
    'nothing',
    'nothing',
    'query',
    'path',
    'method',
    'key',
    ...(keyed ? (['no key'] as const) : []),
    ...(scope === null ? [] : (['caller', 'scope'] as const)),
    ...(mediaType === undefined ? [] : (['body', 'body', 'body', 'media type'] as const)),
    ...(mediaType === 'application/json' ? (['syntax'] as const) : []),
  ];
  const bodies = known.bodies(operation.operationId);
  const made = bodyOf(mediaType, content?.schema, value);
  const right = bodies.length === 0 ? made : fc.oneof(made, fc.constantFrom(...bodies));
  return fc.constantFrom(...kinds).chain((kind) =>
    fc
      .record({
        path: pathOf(path, parameters, value, kind),
        query: queryOf(parameters, value, kind),
        body: kind === 'body' ? spoilt(right) : right,
        key: fc.uuid(),
        junk: fc.string({ unit: 'binary', maxLength: 60 }),
        method: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'POST', 'HEAD', 'OPTIONS', 'PROPFIND'),
      })
      .map((drawn) => ({
        operation: operation.operationId,
        method: kind === 'method' ? drawn.method : method.toUpperCase(),
        path: `${drawn.path}${drawn.query === '' ? '' : `?${drawn.query}`}`,
        spoilt: kind,
        scope: kind === 'caller' ? null : kind === 'scope' ? otherThan(scope) : scope,
        headers: headersOf(kind, mediaType, drawn.key),
        body: kind === 'syntax' ? `{"a":${drawn.junk}` : textOf(mediaType, drawn.body),
      })),
  );
}

/** Of lines there are a few; what takes neither JSON nor lines gets none. */
function bodyOf(
  mediaType: string | undefined,
  schema: object | undefined,
  value: (schema: unknown) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (schema === undefined) return fc.constant(null);
  if (mediaType === 'application/json') return value(schema);
  const line = (schema as Schema)['contentSchema'];
  return line === undefined ? fc.constant(null) : fc.array(value(line), { minLength: 1, maxLength: 3 });
}

/** A scope that no route here shares with the one that is needed. */
function otherThan(scope: string | null): string {
  return scope === 'webhooks' ? 'reports' : 'webhooks';
}

function textOf(mediaType: string | undefined, body: unknown): string | null {
  if (mediaType === undefined) return null;
  const lines = mediaType !== 'application/json' && Array.isArray(body);
  return lines ? body.map((line) => `${written(line)}\n`).join('') : written(body);
}

function written(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}

function headersOf(kind: FuzzRequest['spoilt'], mediaType: string | undefined, key: string): Record<string, string> {
  return {
    ...(kind === 'no key' ? {} : { 'idempotency-key': kind === 'key' ? 'x'.repeat(300) : `fuzz-${key}` }),
    ...(mediaType === undefined ? {} : { 'content-type': kind === 'media type' ? 'text/csv' : mediaType }),
  };
}

function pathOf(
  path: string,
  parameters: readonly Parameter[],
  value: (schema: unknown) => fc.Arbitrary<unknown>,
  kind: FuzzRequest['spoilt'],
): fc.Arbitrary<string> {
  const own = parameters.filter((parameter) => parameter.in === 'path');
  const values = own.map(({ schema }) =>
    kind === 'path' ? spoiltText : value(schema).map((one) => encodeURIComponent(String(one))),
  );
  return fc
    .tuple(...values)
    .map((given) => own.reduce((made, { name }, index) => made.replace(`{${name}}`, () => given[index] ?? ''), path));
}

function queryOf(
  parameters: readonly Parameter[],
  value: (schema: unknown) => fc.Arbitrary<unknown>,
  kind: FuzzRequest['spoilt'],
): fc.Arbitrary<string> {
  const own = parameters.filter((parameter) => parameter.in === 'query');
  if (own.length === 0) return fc.constant(kind === 'query' ? 'surprise=1' : '');
  const members = Object.fromEntries(
    own.map(({ name, schema }) => [
      name,
      kind === 'query' ? spoiltText : value(schema).map((one) => encodeURIComponent(String(one))),
    ]),
  );
  return fc.record(members, { requiredKeys: [] }).map((given) =>
    Object.entries(given)
      .map(([name, one]) => `${name}=${String(one)}`)
      .join('&'),
  );
}

function resolvedParameter(item: ParameterItem): Parameter {
  return '$ref' in item ? (resolve(item.$ref) as unknown as Parameter) : item;
}

function resolve(ref: string): Schema {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name.replaceAll('~1', '/')], document) as Schema;
}
