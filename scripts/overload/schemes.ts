import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { fromRoot } from '../../src/config/paths.js';

/** Calls a second that a supplier allows: somewhat more than what comes, so that a backlog drains; and a bound that is reached in seconds. */
const LIMITS = { perSecond: 70, backlog: 200 };

/** The reference schemes with those limits, in a folder of their own. */
export function boundedSchemes(): { readonly folder: string; readonly remove: () => void } {
  const from = fromRoot('adapters', 'reference', 'schemes');
  const folder = mkdtempSync(path.join(tmpdir(), 'interline-overload-'));
  for (const file of readdirSync(from)) {
    const scheme = parse(readFileSync(path.join(from, file), 'utf8')) as { sandbox: Record<string, unknown> };
    scheme.sandbox['limits'] = LIMITS;
    writeFileSync(path.join(folder, file), stringify(scheme));
  }
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
