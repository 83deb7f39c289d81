import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { docsAreCurrent } from '../../scripts/crash-points/docs.js';
import { KINDS } from '../../scripts/crash-points/kinds.js';
import { EVERY_KIND_FROM, planRounds } from '../../scripts/crash-points/plan.js';
import { fromRoot } from '../../src/config/paths.js';
import { COMMITS, CRASH_POINTS, MOMENTS } from '../../src/spec/crash-point.js';

/** Our sources but the list itself, each with its place. */
const sources = ['src', 'jobs', 'adapters', 'sandbox'].flatMap((folder) =>
  readdirSync(fromRoot(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== path.join('spec', 'crash-point.ts'))
    .map((file) => ({ file: path.join(folder, file), text: readFileSync(fromRoot(folder, file), 'utf8') })),
);

/** Where a pattern stands in the sources, once for each time. */
function places(pattern: RegExp): string[] {
  return sources.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(() => file));
}

describe('crash points', () => {
  it.each(MOMENTS)('%s is marked in exactly one place', (moment) => {
    expect(places(new RegExp(`(crashPoint|mark)\\('${moment}'\\)`, 'g'))).toHaveLength(1);
  });

  // As the last argument of a transaction, in a line of its own or not, or as what a function of the result answers.
  it.each(COMMITS)('the commit %s is named by the one transaction of the store that makes it', (commit) => {
    const named = [`\\), '${commit}'\\)`, `^ +'${commit}',$`, `^(?=.*\\bundefined\\b).*=> .*[?:] '${commit}'`];
    const found = places(new RegExp(named.join('|'), 'gm')).filter((file) =>
      file.startsWith(path.join('src', 'store')),
    );
    expect(found).toHaveLength(1);
  });

  it('stand in no adapter', () => {
    expect(places(/crash-point/g).filter((file) => file.startsWith('adapters'))).toEqual([]);
  });

  it('are explained in docs/crash-points.md as the list says; npm run crash-points -- --write-docs writes it anew', () => {
    expect(docsAreCurrent()).toBe(true);
  });
});

describe('the plan of the run', () => {
  const hitsOf = (hits: number): Map<string, number> => {
    const planned = planRounds(hits).flatMap(({ points }) => points);
    return new Map(CRASH_POINTS.map((point) => [point, planned.filter((one) => one === point).length]));
  };

  it('hits every point once in the short run', () => {
    expect([...hitsOf(1)].filter(([, count]) => count !== 1)).toEqual([]);
  });

  it('hits every point five times in the full run, and under every kind of work that comes by it', () => {
    expect([...hitsOf(EVERY_KIND_FROM)].filter(([, count]) => count < 5)).toEqual([]);
    for (const { kind, points } of planRounds(EVERY_KIND_FROM)) {
      expect([kind.name, new Set(points)]).toEqual([kind.name, new Set(kind.points)]);
    }
    expect(planRounds(EVERY_KIND_FROM)).toHaveLength(KINDS.length);
  });
});
