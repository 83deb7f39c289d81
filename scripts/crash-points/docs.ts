import { readFileSync, writeFileSync } from 'node:fs';
import { fromRoot } from '../../src/config/paths.js';
import { CRASH_POINTS, type Commit, type CrashPoint } from '../../src/spec/crash-point.js';
import { COMMITS } from './commit-meanings.js';
import type { Meaning } from './healers.js';
import { MOMENTS } from './moment-meanings.js';

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

function renderMeanings(): string {
  const rows = CRASH_POINTS.map((point) => {
    const { death, healer } = meaningOf(point);
    return `| \`${point}\` | ${death} | ${healer} |`;
  });
  return ['| point | what a death there leaves | who sees to it |', '|---|---|---|', ...rows].join('\n');
}

function meaningOf(point: CrashPoint): Meaning {
  if (point in MOMENTS) return MOMENTS[point as keyof typeof MOMENTS];
  const [, side, commit] = /^(before|after)-(.+)$/.exec(point) ?? [];
  return COMMITS[commit as Commit][side as 'before' | 'after'];
}
