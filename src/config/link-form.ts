import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Scheme } from '../spec/scheme.js';

/** One thing wrong with a link form: a JSON pointer into the request's body and a sentence. */
interface FormError {
  readonly pointer: string;
  readonly message: string;
}

/** Compiles each scheme's link form once; a form is checked here so that a mistyped field costs the supplier no call. */
export function createCheckForm(
  schemes: readonly Scheme[],
): (scheme: string, form: Readonly<Record<string, string>>) => readonly FormError[] {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const compiled = new Map<string, ValidateFunction>(schemes.map(({ id, linkForm }) => [id, ajv.compile(linkForm)]));
  return (scheme, form) => {
    const validate = compiled.get(scheme);
    if (validate === undefined) throw new Error(`scheme ${scheme} is not installed`);
    if (validate(form)) return [];
    return (validate.errors ?? []).map((error) => {
      const params = error.params as { readonly missingProperty?: string; readonly additionalProperty?: string };
      const field = params.missingProperty ?? params.additionalProperty;
      return {
        pointer: `/form${error.instancePath}${field === undefined ? '' : `/${field}`}`,
        message: error.message ?? 'is not as the link form asks',
      };
    });
  };
}
