import { readFileSync, writeFileSync } from 'node:fs';
import { fromRoot } from '../../src/config/paths.js';
import { renderMeanings } from './meanings.js';

const FILE = fromRoot('docs', 'crash-points.md');
const TABLE = /(?<=<!-- crash-points -->\n)[\s\S]*?(?=\n<!-- \/crash-points -->)/;

/** Whether the table in docs/crash-points.md is the one that the list gives. */
export function docsAreCurrent(): boolean {
  return TABLE.exec(readFileSync(FILE, 'utf8'))?.[0] === renderMeanings();
}

/** Writes the table anew. */
export function writeDocs(): void {
  const text = readFileSync(FILE, 'utf8');
  if (!TABLE.test(text)) throw new Error('docs/crash-points.md has no place for the table of crash points');
  writeFileSync(
    FILE,
    text.replace(TABLE, () => renderMeanings()),
  );
}
