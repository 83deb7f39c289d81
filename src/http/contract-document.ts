import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

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

/** The contract as it lies in the repository. */
export function readContract(): ContractDocument {
  return parse(readFileSync(new URL('../../contracts/gateway.yaml', import.meta.url), 'utf8')) as ContractDocument;
}

/** `/v1/links/{id}` as Express writes it: `/v1/links/:id`. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** A JSON pointer of these members. */
export function pointerTo(...members: readonly string[]): string {
  return members.map((member) => `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
