import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { fromRoot } from '../src/config/paths.js';
import type { Limits } from '../src/spec/scheme.js';

/** The reference schemes with other limits, in a folder of their own. */
export function limitedSchemes(limits: Partial<Limits>): { readonly folder: string; readonly remove: () => void } {
  const from = fromRoot('adapters', 'reference', 'schemes');
  const folder = mkdtempSync(path.join(tmpdir(), 'interline-schemes-'));
  for (const file of readdirSync(from)) {
    const scheme = parse(readFileSync(path.join(from, file), 'utf8')) as { sandbox: Record<string, unknown> };
    scheme.sandbox['limits'] = limits;
    writeFileSync(path.join(folder, file), stringify(scheme));
  }
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
