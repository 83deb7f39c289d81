import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const document = new URL('../../../contracts/suppliers/cn-partner.yaml', import.meta.url);
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(parse(readFileSync(document, 'utf8')) as object, 'contract');

/** What is wrong with a value by one schema of the contract document; an empty list when nothing is. */
export function contractErrors(schema: string, value: unknown): ErrorObject[] {
  const validate = ajv.getSchema(`contract#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`the contract has no schema ${schema}`);
  void validate(value);
  return validate.errors ?? [];
}

/** The contract's signature, written from its text and not from the adapter. */
export function expectedSignature(key: string, lines: [string, string, string, string], body: string): string {
  const digest = createHash('sha256').update(body, 'utf8').digest('hex');
  return createHmac('sha256', key)
    .update([...lines, digest].join('\n'))
    .digest('base64');
}

/** A recorded answer, as its exact text. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
}
