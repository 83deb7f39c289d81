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

/** A request that was made from the contract, right in all it can tell or spoilt in one way. */
export interface FuzzRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly spoilt: 'nothing' | 'body' | 'query' | 'path' | 'method' | 'key' | 'media type' | 'syntax';
  readonly scope: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Ids that exist, by the beginning of their pattern. */
export type Known = (pattern: string) => readonly string[];

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
  const value = (schema: unknown): fc.Arbitrary<unknown> => valueFor(schema as Schema, resolve, known);
  const scope = operation.security?.[0]?.['key']?.[0] ?? null;
  const right =
    content?.schema === undefined || mediaType !== 'application/json' ? fc.constant(null) : value(content.schema);
  const kinds = [
    'nothing',
    'nothing',
    'nothing',
    'query',
    'path',
    'method',
    'key',
    ...(mediaType === undefined ? [] : (['body', 'body', 'body', 'media type', 'syntax'] as const)),
  ] as const;
  return fc.constantFrom<FuzzRequest['spoilt']>(...kinds).chain((kind) =>
    fc
      .record({
        path: pathOf(path, parameters, value, kind),
        query: queryOf(parameters, value, kind),
        body: kind === 'body' ? spoilt(right) : right,
        key: fc.uuid(),
        junk: fc.string({ unit: 'binary', maxLength: 60 }),
        method: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'POST'),
      })
      .map((made) => ({
        operation: operation.operationId,
        method: kind === 'method' ? made.method : method.toUpperCase(),
        path: `${made.path}${made.query === '' ? '' : `?${made.query}`}`,
        spoilt: kind,
        scope,
        headers: headersOf(kind, mediaType, made.key),
        body: mediaType === undefined ? null : kind === 'syntax' ? `{"a":${made.junk}` : textOf(made.body),
      })),
  );
}

function textOf(body: unknown): string {
  return body === undefined ? '' : JSON.stringify(body);
}

function headersOf(kind: FuzzRequest['spoilt'], mediaType: string | undefined, key: string): Record<string, string> {
  return {
    'idempotency-key': kind === 'key' ? 'x'.repeat(300) : `fuzz-${key}`,
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
