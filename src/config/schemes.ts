import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Scheme } from '../spec/scheme.js';
import { schemeFile } from './scheme-file.js';

/**
 * Reads every `<id>.yaml` of the directories, by id, terms oldest first. Throws an Error of one line that names the file and the
 * field for anything it does not know or that does not fit together: a brand is data, and data is where typing errors live.
 */
export function loadSchemes(...directories: readonly string[]): Scheme[] {
  const files = directories.flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(directory, name)),
  );
  const byId = new Map<string, string>();
  for (const file of files) {
    const first = byId.get(basename(file));
    if (first !== undefined) throw new Error(`${file}: id: ${basename(file, '.yaml')} is taken by ${first}`);
    byId.set(basename(file), file);
  }
  return [...byId.keys()].sort().map((name) => readScheme(byId.get(name) ?? name));
}

function readScheme(path: string): Scheme {
  const document = parseDocument(readFileSync(path, 'utf8'));
  const [syntaxError] = [...document.errors, ...document.warnings];
  if (syntaxError !== undefined) throw new Error(`${path}: ${firstLine(syntaxError.message)}`);
  const parsed = schemeFile.safeParse(document.toJS());
  if (!parsed.success) throw new Error(`${path}: ${described(parsed.error.issues)}`);
  const scheme = parsed.data;
  const id = basename(path, '.yaml');
  if (scheme.id !== id) throw new Error(`${path}: id: has to be ${id}, as the file is called, not ${scheme.id}`);
  return { ...scheme, terms: scheme.terms.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1)) };
}

function described(issues: readonly z.core.$ZodIssue[]): string {
  const [first] = issues;
  if (first === undefined) return 'not a scheme';
  const field = first.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const more = issues.length === 1 ? '' : ` (and ${issues.length - 1} more)`;
  return `${field.replace(/^\./, '') || 'the file'}: ${firstLine(first.message)}${more}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('');
}
