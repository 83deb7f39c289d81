import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REAL = process.env['INTERLINE_SUPPLIER_CONTRACTS'] ?? join(ROOT, '../shared/contracts');

type Node = Record<string, unknown>;

/** A contract document that answers are held against. */
export interface Contract {
  readonly name: string;
  /** The operation an exchange belongs to, as `METHOD /template`; `null` when the contract has none. */
  operation(method: string, path: string): string | null;
  /** What is wrong with an answer. */
  complaints(operation: string, status: number, text: string): readonly string[];
}

/** The project's own document of a platform; `base` stands before its paths. */
export function ownContract(platform: string, base = ''): Contract {
  return contract(join(ROOT, 'contracts/suppliers', `${platform}.yaml`), base, 'open');
}

/** The supplier's own document, kept beside the project; none where it is absent, which is said in one line. */
export function realContract(file: string, base = ''): readonly Contract[] {
  const path = join(REAL, file);
  if (existsSync(path)) return [contract(path, base, 'sealed')];
  process.stdout.write(`The supplier's own ${file} is not here: answers are held against contracts/suppliers/ only.\n`);
  return [];
}

/** `sealed` refuses every field that the document does not name: a misspelt optional field must not pass for an unknown one. */
function contract(path: string, base: string, fields: 'open' | 'sealed'): Contract {
  const document = parse(readFileSync(path, 'utf8')) as Node;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(prepared(document, fields) as Node, 'contract');
  const operations = Object.keys(document['paths'] as Node).flatMap((template) =>
    Object.keys((document['paths'] as Record<string, Node>)[template] ?? {}).map((method) => ({
      name: `${method.toUpperCase()} ${template}`,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${base}${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
      pointer: ['paths', template, method],
    })),
  );
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    operation: (method, wanted) =>
      operations.find((each) => each.method === method && each.pattern.test(wanted))?.name ?? null,
    complaints: (name, status, text) => {
      const operation = operations.find((each) => each.name === name);
      const schema = operation && schemaOf(document, operation.pointer, status);
      if (schema === undefined) return [`${name} has no answer ${status}`];
      if (schema === null) return status === 204 && text !== '' ? [`${name} ${status} has a body`] : [];
      const validate = ajv.getSchema(`contract#${schema}`);
      if (!validate) throw new Error(`no schema at ${schema}`);
      void validate(JSON.parse(text));
      return (validate.errors ?? []).map(
        (error) => `${name} ${status}${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`,
      );
    },
  };
}

/** A JSON Pointer to the schema of an answer; `null` where the document gives it none, `undefined` where it knows no such answer. */
function schemaOf(document: Node, operation: readonly string[], status: number): string | null | undefined {
  const responses = [...operation, 'responses'];
  const known = at(document, responses) as Node;
  const key = [String(status), 'default'].find((each) => each in known);
  if (key === undefined) return undefined;
  const reference = (known[key] as Node)['$ref'];
  const place = typeof reference === 'string' ? reference.slice(2).split('/') : [...responses, key];
  const inside = [['schema'], ['content', 'application/json', 'schema']].find((keys) =>
    at(document, [...place, ...keys]),
  );
  return inside === undefined ? null : `/${[...place, ...inside].map(escaped).join('/')}`;
}

function at(node: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (inner as Node | undefined)?.[key], node);
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** OHIP declares `maxLength: 8` for dates of ten characters; that one rule is left out. */
function prepared(node: unknown, fields: 'open' | 'sealed'): unknown {
  if (Array.isArray(node)) return node.map((item) => prepared(item, fields));
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, prepared(value, fields)]));
  if (copy['format'] === 'date') delete copy['maxLength'];
  const seal = fields === 'sealed' && copy['type'] === 'object' && typeof copy['properties'] === 'object';
  return seal ? { additionalProperties: false, ...copy } : copy;
}
