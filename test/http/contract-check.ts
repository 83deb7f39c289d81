import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

/** An answer as it came over the wire. Header names are lower case. */
export interface Received {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

type Node = Readonly<Record<string, unknown>>;

const contract = parse(readFileSync(new URL('../../contracts/gateway.yaml', import.meta.url), 'utf8')) as Node;
const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
ajv.addSchema(contract, 'contract', undefined, false);
const compiled = new Map<string, ValidateFunction>();

/** Headers that promise something; one that a response does not describe must not come with it. */
const PROMISES = ['location', 'idempotency-replayed', 'preference-applied', 'retry-after', 'www-authenticate'];

/** Everything about an answer that the contract does not allow; the gateway's own code has no part in this judgement. */
export function contractFaults(method: string, path: string, received: Received): string[] {
  const operation = operationAt(method, path);
  if (operation === 'no such path') return problemFaults(received, 404);
  if (operation === 'no such method') {
    return [...problemFaults(received, 405), ...(received.headers.has('allow') ? [] : ['no Allow'])];
  }
  const responses = operation.node['responses'] as Readonly<Record<string, Node>>;
  const stated = responses[String(received.status)];
  if (stated === undefined) return [`${operation.pointer}: status ${received.status} is not described`];
  const { node, pointer } = resolved(stated, `${operation.pointer}/responses/${received.status}`);
  return [...headerFaults(node, pointer, received), ...bodyFaults(node, pointer, received)];
}

function operationAt(method: string, path: string) {
  const paths = contract['paths'] as Readonly<Record<string, Node>>;
  const matching = Object.keys(paths).filter((template) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? ''),
  );
  const template = matching.sort((a, b) => a.split('{').length - b.split('{').length)[0];
  if (template === undefined) return 'no such path';
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const node = paths[template]?.[name] as Node | undefined;
  if (node === undefined) return 'no such method';
  return { node, pointer: `/paths/${template.replaceAll('/', '~1')}/${name}` };
}

function resolved(node: Node, pointer: string): { node: Node; pointer: string } {
  const ref = node['$ref'];
  if (typeof ref !== 'string') return { node, pointer };
  const target = ref.slice(1);
  const found = target
    .split('/')
    .slice(1)
    .reduce((at: Node, name) => at[name] as Node, contract);
  return { node: found, pointer: target };
}

function headerFaults(response: Node, pointer: string, { headers }: Received): string[] {
  const described = (response['headers'] ?? {}) as Readonly<Record<string, Node>>;
  const names = Object.keys(described).map((name) => name.toLowerCase());
  const uninvited = PROMISES.filter((name) => headers.has(name) && !names.includes(name));
  const faults = uninvited.map((name) => `${pointer}: header ${name} is not described`);
  for (const [name, item] of Object.entries(described)) {
    const header = resolved(item, `${pointer}/headers/${name}`);
    const value = headers.get(name.toLowerCase());
    if (value === undefined && header.node['required'] === true) faults.push(`${pointer}: header ${name} is missing`);
    if (value !== undefined) faults.push(...schemaFaults(`${header.pointer}/schema`, value));
  }
  return faults;
}

function bodyFaults(response: Node, pointer: string, { headers, text }: Received): string[] {
  const content = response['content'] as Readonly<Record<string, Node>>;
  const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (content[type] === undefined) return [`${pointer}: content type ${type} is not described`];
  const schema = `${pointer}/content/${type.replaceAll('/', '~1')}/schema`;
  if (text === '') return [];
  if (type === 'text/html' || type === 'text/plain') return schemaFaults(schema, text);
  if (type === 'application/x-ndjson') {
    const lines = text.split('\n').slice(0, -1);
    return lines.flatMap((line) => schemaFaults(`${schema}/contentSchema`, JSON.parse(line)));
  }
  return schemaFaults(schema, JSON.parse(text));
}

/** A problem that belongs to no operation of the contract. */
export function problemFaults({ status, headers, text }: Received, wanted: number): string[] {
  if (status !== wanted) return [`status ${status} instead of ${wanted}`];
  if (headers.get('content-type') !== 'application/problem+json') return ['not a problem'];
  return text === '' ? [] : schemaFaults('/components/schemas/Problem', JSON.parse(text));
}

/** What a schema of the contract has against a value; `pointer` is a JSON pointer into the contract. */
export function schemaFaults(pointer: string, value: unknown): string[] {
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `contract#${pointer}` });
  compiled.set(pointer, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => `${pointer}${error.instancePath} ${error.message ?? ''}`);
}
