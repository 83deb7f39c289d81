import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Problem, type FieldError } from '../core/problem.js';
import type { Bilingual } from '../spec/values.js';
import type { Language } from './language.js';
import { ruleSentence } from './validation-messages.js';

const MAX_ERRORS = 20;
const MAX_NAME = 100;
const CONTRACT = 'gateway';

/** Throws a 422 for a value that breaks its schema; `base` goes before every pointer. */
export type Check = (value: unknown, language: Language, base?: string) => void;

/** Turns schemas of the contract into checks; every check is compiled when it is asked for, none during a request. */
export interface Compiler {
  /** `pointer` is a JSON pointer into the contract, such as `/components/schemas/Money`. */
  at(pointer: string): ValidateFunction;
  /** An object of exactly these members. */
  members(pointers: Readonly<Record<string, string>>, required: readonly string[]): ValidateFunction;
}

/**
 * The contract's schemas as ajv compiles them. express-openapi-validator would read the same document, but it answers 400 where
 * our rules say 422, wants the body parsed before it looks, changes requests in place, and matches every path once more on
 * routes that are to stay short; what it would save is this file.
 */
export function compilerOf(contract: object): Compiler {
  const ajv = new Ajv2020({
    allErrors: true,
    discriminator: true,
    verbose: true,
    strictTypes: true,
    strictRequired: false,
    allowUnionTypes: true,
  });
  addFormats.default(ajv, ['date', 'date-time', 'uri']);
  // The document as a whole is no schema; its own members are let pass so that references into it resolve.
  ajv.addVocabulary([...Object.keys(contract), 'x-form', 'example']);
  ajv.addSchema(withoutMappings(contract), CONTRACT, undefined, false);
  return {
    at: (pointer) => ajv.compile({ $ref: `${CONTRACT}#${pointer}` }),
    members: (pointers, required) => {
      const properties = Object.entries(pointers).map(([name, pointer]) => [name, { $ref: `${CONTRACT}#${pointer}` }]);
      return ajv.compile({
        type: 'object',
        additionalProperties: false,
        required,
        properties: Object.fromEntries(properties) as Record<string, unknown>,
      });
    },
  };
}

/** ajv picks a branch by the constants inside the branches and refuses the mapping that OpenAPI wants beside them. */
function withoutMappings(contract: object): object {
  const text = JSON.stringify(contract, (key, value: unknown) =>
    key === 'discriminator' ? { propertyName: (value as { propertyName: string }).propertyName } : value,
  );
  return JSON.parse(text) as object;
}

/** A check that throws `INVALID` with what is wrong where. */
export function checkOf(validate: ValidateFunction): Check {
  return (value, language, base = '') => {
    if (validate(value)) return;
    throw new Problem('INVALID', { errors: fieldErrors(validate.errors ?? [], language, base) });
  };
}

function fieldErrors(errors: readonly ErrorObject[], language: Language, base: string): FieldError[] {
  const told = new Map<string, FieldError>();
  for (const error of errors) {
    if (isPartOfAnother(error)) continue;
    const form = (error.parentSchema as { 'x-form'?: Bilingual } | undefined)?.['x-form'];
    const message = ruleSentence({ ...error, form: SPELLED.has(error.keyword) ? form : undefined }, language);
    const pointer = base + error.instancePath + memberOf(error);
    told.set(`${pointer} ${message}`, { pointer, message });
    if (told.size === MAX_ERRORS) break;
  }
  return [...told.values()];
}

/** Rules that a schema's `x-form` puts into words. */
const SPELLED = new Set(['pattern', 'format', 'oneOf', 'discriminator']);

/** What a name in a map breaks is told once by `propertyNames`; what the branches of a choice want, by the choice itself. */
function isPartOfAnother(error: ErrorObject): boolean {
  return error.propertyName !== undefined || /\/oneOf\/\d+\/(required|properties)\b/.test(error.schemaPath);
}

/** The member that an error of its object is about. */
function memberOf({ keyword, params }: ErrorObject): string {
  const named = params as Readonly<Record<string, string | undefined>>;
  switch (keyword) {
    case 'required':
      return segment(named['missingProperty']);
    case 'additionalProperties':
      return segment(named['additionalProperty']);
    case 'propertyNames':
      return segment(named['propertyName']);
    case 'discriminator':
      return segment(named['tag']);
    default:
      return '';
  }
}

function segment(name = ''): string {
  return `/${name.slice(0, MAX_NAME).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
