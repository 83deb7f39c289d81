import type { z } from 'zod';
import { SettlementFault } from '../spec/settlement.js';
import type { Json } from '../spec/values.js';

/** Records as they are kept of a listing: a JSON text each, its fields in the order given and no others, ended by a line feed. */
export function toJsonLines(records: readonly object[], fields: readonly string[]): Uint8Array {
  const lines = records.map((record) => `${JSON.stringify(record, Array.from(fields))}\n`);
  return new TextEncoder().encode(lines.join(''));
}

/**
 * The records of kept lines, counted from 1 and read by a schema. Throws a `SettlementFault` that names line and field where one is
 * not to be understood or, at the end, where the last line has none; values are not repeated.
 */
export function* fromJsonLines<T>(
  bytes: Uint8Array,
  schema: z.ZodType<T>,
): Iterable<{ readonly line: number; readonly record: T }> {
  const texts = decoded(bytes).split('\n');
  const rest = texts.pop();
  for (const [index, text] of texts.entries()) {
    const line = index + 1;
    const read = schema.safeParse(parsed(text, line));
    if (!read.success) throw new SettlementFault('line', line, `not to be understood: ${fieldOf(read.error)}`);
    yield { line, record: read.data };
  }
  if (rest !== '') throw new SettlementFault('cut-off', texts.length + 1, 'the last line has no end');
}

/** Strict: a byte that is not UTF-8 would otherwise become U+FFFD inside a reference, in silence. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SettlementFault('unreadable', 0, 'not UTF-8');
  }
}

function parsed(text: string, line: number): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new SettlementFault('unreadable', line, 'not JSON');
  }
}

function fieldOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined || issue.path.length === 0 ? 'its fields' : issue.path.join('.');
}
