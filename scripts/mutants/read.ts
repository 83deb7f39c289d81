import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fromRoot } from '../../src/config/paths.js';

/** A bug to plant, and the tests that have to catch it within a minute. */
export interface Mutant {
  readonly name: string;
  /** In a few words. */
  readonly bug: string;
  /** Paths of jest tests, and which of the tests in them; all without a pattern. */
  readonly tests: readonly string[];
  readonly only: string | null;
  /** A unified diff. */
  readonly patch: string;
}

const FOLDER = fromRoot('test', 'chaos', 'mutants');

/** Reads the patches; each begins with `Bug:` and `Caught by:` lines, and perhaps one with `Only:`, a pattern of names. Throws an Error that names a file without them. */
export function readMutants(): Mutant[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.patch'));
  return files.sort().map((file) => {
    const text = readFileSync(path.join(FOLDER, file), 'utf8');
    const bug = /^Bug: (.+)$/m.exec(text)?.[1];
    const tests = /^Caught by: (.+)$/m.exec(text)?.[1]?.split(/\s+/);
    const only = /^Only: (.+)$/m.exec(text)?.[1] ?? null;
    const start = text.indexOf('diff --git');
    if (bug === undefined || tests === undefined || start < 0) {
      throw new Error(`${file} needs a line "Bug: …", a line "Caught by: …" and a diff`);
    }
    return { name: file.replace(/\.patch$/, ''), bug, tests, only, patch: text.slice(start) };
  });
}
