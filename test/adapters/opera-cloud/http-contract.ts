import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import type { HttpRequest } from '../../../src/spec/adapter.js';
import { type Operation, type Parameter, readDocument, type Schema } from './openapi-document.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What requests and answers are held against; both calls list what is wrong, or nothing. */
export interface HttpContract {
  request(request: HttpRequest): readonly string[];
  answer(operationId: string, status: number, body: unknown): readonly string[];
}

/** A document and the URL it is served under. */
type Part = readonly [file: string, base: string];

/** The project's own document of a platform. */
export function ownContract(platform: string, base: string): HttpContract {
  return httpContract([[join(root, 'contracts/suppliers', `${platform}.yaml`), base]]);
}

/**
 * The supplier's own contract, in one document or several, kept beside the project (`INTERLINE_SUPPLIER_CONTRACTS`,
 * else `../shared/contracts`). Where it is absent that is said in one line, and the project's own, stricter document
 * has to do.
 */
export function realContract(parts: readonly Part[]): HttpContract[] {
  const folder = process.env['INTERLINE_SUPPLIER_CONTRACTS'] ?? join(root, '../shared/contracts');
  const placed = parts.map(([file, base]) => [join(folder, file), base] as const);
  if (placed.every(([file]) => existsSync(file))) return [httpContract(placed)];
  const names = parts.map(([file]) => file).join(', ');
  process.stdout.write(`The supplier's own ${names} is not here: checked against contracts/suppliers/ only.\n`);
  return [];
}

function httpContract(parts: readonly Part[]): HttpContract {
  const operations = parts.flatMap(([file, base]) => checkedOperations(file, base));
  return {
    request: (request) => {
      const path = new URL(request.url).href.split('?')[0] ?? '';
      const operation = operations.find((each) => each.method === request.method && each.path.test(path));
      if (operation === undefined) return [`${request.method} of this path is not in the contract`];
      return [...parameterErrors(operation, request), ...bodyErrors(operation, request)];
    },
    answer: (operationId, status, body) => {
      const operation = operations.find((each) => each.id === operationId);
      const schema = operation?.answers.get(String(status)) ?? operation?.answers.get('default');
      if (operation === undefined || schema === undefined) return [`${operationId} has no answer ${status}`];
      return operation.check(schema, body, 'answer');
    },
  };
}

type CheckedOperation = Operation & { readonly check: Check };

function checkedOperations(file: string, base: string): CheckedOperation[] {
  const document = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(relaxed(document) as object, 'contract');
  const check: Check = (schema, value, what) => {
    const validate = ajv.compile(schema);
    void validate(value);
    return (validate.errors ?? []).map((error) => `${what}${error.instancePath} ${error.message ?? error.keyword}`);
  };
  return readDocument(document, base).map((operation) => ({ ...operation, check }));
}

type Check = (schema: Schema, value: unknown, what: string) => string[];

function parameterErrors(operation: CheckedOperation, request: HttpRequest): string[] {
  const url = new URL(request.url);
  const segments = operation.path.exec(url.href.split('?')[0] ?? '')?.groups ?? {};
  const value = ({ place, name }: Parameter): string | undefined => {
    if (place === 'path') return decodeURIComponent(segments[name] ?? '');
    return place === 'query' ? (url.searchParams.get(name) ?? undefined) : request.headers?.[name.toLowerCase()];
  };
  const known = new Set(operation.parameters.filter(({ place }) => place === 'query').map(({ name }) => name));
  const unknown = [...url.searchParams.keys()].filter((name) => !known.has(name)).map((name) => `no query ${name}`);
  return operation.parameters
    .flatMap((parameter) => {
      const text = value(parameter);
      if (text === undefined) return parameter.required ? [`${parameter.place} ${parameter.name} is missing`] : [];
      return operation.check(parameter.schema, typed(text, parameter.type), parameter.name);
    })
    .concat(unknown, operation.scheme === undefined ? [] : credentialErrors(operation.scheme, request));
}

function credentialErrors(scheme: string, request: HttpRequest): string[] {
  const given = request.headers?.['authorization'] ?? '';
  return given.toLowerCase().startsWith(`${scheme} `) ? [] : [`authorization is not ${scheme}`];
}

function bodyErrors(operation: CheckedOperation, request: HttpRequest): string[] {
  if (operation.body === undefined) return request.body === undefined ? [] : ['there is no body in the contract'];
  const type = request.headers?.['content-type']?.split(';')[0] ?? '';
  const text = request.body ?? '';
  if (type !== operation.body.type) return [`content type ${type}`];
  const form = type === 'application/x-www-form-urlencoded';
  const value: unknown = form ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
  return operation.check(operation.body.schema, value, 'body');
}

function typed(text: string, type: Parameter['type']): unknown {
  if (type === 'array') return [text];
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}

/** OHIP gives dates `maxLength: 8`, which its own examples break; that one rule is left out. */
function relaxed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relaxed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key]) => !(key === 'maxLength' && 'format' in value && value.format === 'date'),
  );
  return Object.fromEntries(entries.map(([key, inner]) => [key, relaxed(inner)]));
}
