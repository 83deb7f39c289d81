import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const document = new URL('../../../contracts/suppliers/reference.yaml', import.meta.url);
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

/** A recorded answer as its exact text, held against the contract: no test reads what the programme could not say. */
export function answer(name: string, schema: string): string {
  const text = readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8');
  const errors = contractErrors(schema, JSON.parse(text));
  if (errors.length > 0) throw new Error(`${name} is no ${schema}: ${JSON.stringify(errors)}`);
  return text;
}
