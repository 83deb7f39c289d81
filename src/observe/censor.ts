import { redactCredentials } from '../kit/redact.js';

const MARK = '[redacted]';
const LONGEST_TEXT = 2_000;
const LONGEST_LIST = 50;
const DEEPEST = 6;
/** Names of fields whose values no log line may show, without case, dashes and underscores. */
const HIDDEN = new RegExp(
  '^(?:.*(?:authorization|cookie|password|secrets?|tokens?|signature|credentials?|(?:api|app|hmac|master|private)keys?)' +
    '|.*(?:membernumber|memberno|membershipcardno|membershipid|cardno|documentnumber|last4)' +
    '|holders?|names|family|given|familyname|givenname|nameoncard|handle|form|body|excerpt)$',
);

/**
 * A copy of what is to be logged, fit for a log: credentials, member numbers, holder names and bodies by the name of their
 * field, credentials inside texts by their form. Errors become their name, message, code and stack; other objects of a class
 * (requests, sockets) only the class's name. Texts, lists and depth are bounded.
 */
export function censored(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return censoredFields(fields, 0);
}

function censoredFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => [
      name,
      HIDDEN.test(name.replaceAll(/[-_]/g, '').toLowerCase()) && value != null ? MARK : censoredValue(value, depth),
    ]),
  );
}

function censoredValue(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return censoredText(value);
    case 'bigint':
      return value.toString();
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : censoredObject(value, depth);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
  }
}

function censoredObject(value: object, depth: number): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth >= DEEPEST) return '[deep]';
  if (value instanceof Error) return censoredError(value, depth);
  if (Array.isArray(value)) {
    return value.slice(0, LONGEST_LIST).map((item: unknown) => censoredValue(item, depth + 1));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return censoredFields(value, depth + 1);
  return `[${value.constructor.name}]`;
}

/** Only what is named here: an HTTP client's error holds the request, a database's holds the row. */
function censoredError(error: Error, depth: number): Record<string, unknown> {
  const { code, constraint, table } = error as Error & Record<'code' | 'constraint' | 'table', unknown>;
  return {
    type: error.name,
    message: censoredText(error.message),
    ...censoredFields({ code, constraint, table }, depth),
    // The frames alone: the lines before them repeat the message.
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    ...(error.cause === undefined ? {} : { cause: censoredValue(error.cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: censoredValue(error.errors, depth + 1) } : {}),
  };
}

/** A text without what looks like a credential, cut at 2,000 characters. */
export function censoredText(text: string): string {
  return redactCredentials(text.slice(0, LONGEST_TEXT));
}
