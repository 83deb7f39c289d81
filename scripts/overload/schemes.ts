import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { fromRoot } from '../../src/config/paths.js';

/** What a supplier allows for each accrual that comes, so that a backlog drains; and how many seconds' worth may wait. */
const ROOM = 1.4;
const WAITING_S = 4;

/** The reference schemes with limits that fit so many accruals a second, in a folder of their own. */
export function boundedSchemes(perSecond: number): { readonly folder: string; readonly remove: () => void } {
  const from = fromRoot('adapters', 'reference', 'schemes');
  const folder = mkdtempSync(path.join(tmpdir(), 'interline-overload-'));
  for (const file of readdirSync(from)) {
    const scheme = parse(readFileSync(path.join(from, file), 'utf8')) as { sandbox: Record<string, unknown> };
    scheme.sandbox['limits'] = { perSecond: Math.ceil(perSecond * ROOM), backlog: perSecond * WAITING_S };
    writeFileSync(path.join(folder, file), stringify(scheme));
  }
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
