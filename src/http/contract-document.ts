import { readFileSync } from 'node:fs';

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

/** The parts of an OpenAPI 3.1 document that the door itself reads; schemas are ajv's business. */
export interface ContractDocument {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>> };
}

type PathItem = { readonly [M in Method]?: OperationItem } & { readonly parameters?: readonly ParameterItem[] };

export interface OperationItem {
  readonly operationId: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly ParameterItem[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema?: object }>>;
  };
}

export type ParameterItem = Parameter | { readonly $ref: string };

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}

/** The contract as `npm run generate` has made JSON of it: its YAML takes half a second of every start to read. */
export function readContract(): ContractDocument {
  const file = new URL('../../contracts/generated/gateway.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as ContractDocument;
}

/** `/v1/links/{id}` as Express writes it: `/v1/links/:id`. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** A JSON pointer of these members. */
export function pointerTo(...members: readonly string[]): string {
  return members.map((member) => `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
