import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

const table = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  forbidden: { name: string; from: { path?: string } }[];
  options: Record<string, unknown>;
};

/** Imports that the table forbids, each planted in a tree of its own kind: importing file, what it imports, the rule that says no. */
const forbidden: [string, string, string][] = [
  ['src/spec/a.ts', 'node:crypto', 'spec-imports'],
  ['src/spec/b.ts', '../kit/target.js', 'spec-imports'],
  ['src/kit/a.ts', '../core/link/target.js', 'kit-imports'],
  ['adapters/one/a.ts', '../two/target.js', 'adapter-imports'],
  ['adapters/one/b.ts', '../../src/core/link/target.js', 'adapter-imports'],
  ['adapters/one/c.ts', 'node:fs', 'adapter-imports'],
  ['adapters/one/d.ts', '../../sandbox/target.js', 'adapter-imports'],
  ['adapters/index.ts', '../src/core/link/target.js', 'registry-imports'],
  ['src/core/link/a.ts', '../../store/target.js', 'core-imports'],
  ['src/core/link/b.ts', '../../../adapters/one/target.js', 'core-imports'],
  ['src/store/a.ts', '../core/link/target.js', 'store-imports'],
  ['jobs/a.ts', '../src/store/target.js', 'jobs-imports'],
  ['src/queue/a.ts', '../store/target.js', 'queue-imports'],
  ['src/http/a.ts', '../store/target.js', 'http-imports'],
  ['src/privacy/a.ts', '../config/target.js', 'privacy-imports'],
  ['src/observe/a.ts', '../core/link/target.js', 'observe-imports'],
  ['src/config/a.ts', '../http/target.js', 'config-imports'],
  ['src/process/a.ts', '../core/link/target.js', 'process-imports'],
  ['sandbox/a.ts', '../adapters/one/target.js', 'sandbox-imports'],
  ['sandbox/b.ts', '../src/spec/target.js', 'sandbox-imports'],
  ['src/http/b.ts', '../main.js', 'nobody-imports-the-composition-root'],
  ['src/core/link/circle.ts', './circle-back.js', 'no-circular'],
  ['src/core/link/nowhere.ts', './missing.js', 'not-to-unresolvable'],
];

const allowed: [string, string][] = [
  ['adapters/one/ok.ts', '../../src/spec/target.js'],
  ['adapters/one/ok-kit.ts', '../../src/kit/target.js'],
  ['src/store/ok.ts', '../core/link/ports.js'],
  ['src/core/link/ok.ts', 'node:crypto'],
  ['src/main.ts', './store/target.js'],
];

const targets = [
  'src/spec',
  'src/kit',
  'src/core/link',
  'src/store',
  'src/config',
  'src/http',
  'adapters/two',
  'sandbox',
];

let folder: string;
const broken = new Map<string, string[]>();

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-table-'));
  for (const target of [...targets, 'adapters/one'])
    await plant(`${target}/target.ts`, 'export type Target = string;\n');
  await plant('src/core/link/ports.ts', 'export type Target = string;\n');
  await plant(
    'src/core/link/circle-back.ts',
    "import type { Target } from './circle.js';\nexport type Back = Target;\n",
  );
  for (const [file, imported] of [...forbidden, ...allowed]) {
    await plant(file, `import type { Target } from '${imported}';\nexport type Mine = Target;\n`);
  }
  const result = await cruise(['src', 'adapters', 'jobs', 'sandbox'], {
    ...table.options,
    tsConfig: {},
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: table.forbidden as never },
  });
  for (const { from, rule, cycle } of (result.output as ICruiseResult).summary.violations) {
    // A circle is reported once, at whichever of its files comes first.
    for (const file of new Set([from, ...(cycle ?? []).map(({ name }) => name)])) {
      broken.set(file, [...(broken.get(file) ?? []), rule.name]);
    }
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the import table', () => {
  it.each(forbidden)('refuses that %s imports %s', (file, _imported, rule) => {
    expect(broken.get(file)).toContain(rule);
  });

  it('has a row for every folder but the composition root', () => {
    const rows = table.forbidden.filter(({ name }) => name.endsWith('-imports')).map(({ from }) => from.path ?? '');
    const folders = readdirSync(new URL('../src', import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['cli', 'compose'].includes(entry.name))
      .map(({ name }) => `src/${name}/`);
    const ruled = (path: string): boolean => rows.some((pattern) => new RegExp(pattern).test(path));
    expect([...folders, 'adapters/one/', 'jobs/', 'sandbox/'].filter((path) => !ruled(path))).toEqual([]);
  });

  it.each(allowed)('lets %s import %s', (file) => {
    expect(broken.get(file)).toBeUndefined();
  });
});
