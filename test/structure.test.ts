import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { adapterOf, adapters } from '../adapters/index.js';
import { fromRoot } from '../src/config/paths.js';
import { loadSchemes } from '../src/config/schemes.js';

const root = fromRoot('/');
const ids = foldersOf('adapters');
/** A test double brings its schemes along: they are in no catalogue. */
const own = ids.map((id) => fromRoot('adapters', id, 'schemes')).filter((folder) => existsSync(folder));
const schemes = loadSchemes(fromRoot('schemes'), ...own);
const ADAPTER_LINES = 800;
const FILE_LINES = 200;
/** A test reads from top to bottom and may run on longer. */
const TEST_LINES = 400;
/** The adapter interface is read as one page. */
const LONG_ON_PURPOSE = ['src/spec/adapter.ts'];

describe('adapters', () => {
  it('are folder and registry alike', () => {
    expect(Object.keys(adapters).sort()).toEqual(ids);
    expect(() => adapterOf('nobody')).toThrow('no adapter "nobody"');
    expect(() => adapterOf('constructor')).toThrow('no adapter');
  });

  it.each(ids)('%s has the id of its folder and only its ports', (id) => {
    const adapter = adapterOf(id);
    const ports = ['linking', 'member', 'accrual', 'redemption', 'settlement', 'inbound'];
    const parts = ['spec', 'id', 'contract', 'configure', 'forSettings', ...ports];
    expect(adapter.id).toBe(id);
    expect(Object.keys(adapter).filter((part) => !parts.includes(part))).toEqual([]);
  });

  it.each(ids)('%s stands on a contract document, and on the types generated from it', (id) => {
    const { contract } = adapterOf(id);
    expect(contract.document).toBe(`contracts/suppliers/${id}.yaml`);
    const document = parse(read(contract.document)) as { info: { version: string } };
    expect(contract.version).toBe(document.info.version);
    expect(existsSync(join(root, `contracts/generated/${id}.ts`))).toBe(true);
  });

  it.each(ids)('%s has a README that names its contract and its settings', (id) => {
    const readme = read(`adapters/${id}/README.md`);
    expect(readme).toContain(`contracts/suppliers/${id}.yaml`);
    expect(readme).toMatch(/settings/i);
  });

  it.each(ids)('%s has tests, with the four names for each of its operations, and recorded answers', (id) => {
    const files = filesUnder(`test/adapters/${id}`);
    const tests = files.filter((file) => file.endsWith('.test.ts')).map(read);
    for (const name of ['sends', 'reads the receipt', 'reads a refusal', 'survives a lost answer']) {
      const count = tests.reduce((sum, text) => sum + text.split(`'${name}`).length - 1, 0);
      expect({ name, enough: count >= operationsOf(id) }).toEqual({ name, enough: true });
    }
    const fixtures = files.filter((file) => file.includes('/fixtures/')).map((file) => basename(file));
    expect(fixtures.length).toBeGreaterThan(0);
    expect(fixtures.filter((file) => !/^[a-z-]+\.[a-z0-9-]+\.json$/.test(file))).toEqual([]);
  });

  it.each(ids)('%s serves a scheme', (id) => {
    expect(schemes.filter(({ adapter }) => adapter === id)).not.toEqual([]);
  });

  it.each(ids)(`%s stays under ${ADAPTER_LINES} lines`, (id) => {
    const lines = sourcesUnder(`adapters/${id}`).reduce((sum, file) => sum + linesOf(file), 0);
    expect(lines).toBeLessThan(ADAPTER_LINES);
  });

  it.each(ids)('%s reads no clock, environment or chance, and sends nothing by itself', (id) => {
    const reaches =
      /\b(Date\.now|new Date\(\)|process\.|Math\.random|crypto\.random|setTimeout|setInterval|globalThis)/;
    const texts = sourcesUnder(`adapters/${id}`).map((file) => ({ file, text: read(file) }));
    expect(texts.filter(({ text }) => reaches.test(text)).map(({ file }) => file)).toEqual([]);
    // A parameter may be called `fetch`; the global one may not be called.
    const fetches = texts.filter(({ text }) => /\bfetch\(/.test(text) && !/\bfetch: /.test(text));
    expect(fetches.map(({ file }) => file)).toEqual([]);
  });
});

describe('files', () => {
  const sources = ['src', 'adapters', 'jobs', 'sandbox'].flatMap(sourcesUnder);
  const all = [...sources, ...['test', 'scripts'].flatMap(sourcesUnder)];

  it('have a job in their name', () => {
    const nameless = /^(utils?|helpers?|commons?|types|misc|shared)\.ts$/;
    expect(all.filter((file) => nameless.test(basename(file)))).toEqual([]);
  });

  it(`have at most ${FILE_LINES} lines, tests ${TEST_LINES}`, () => {
    const most = (file: string): number => (file.startsWith('test/') ? TEST_LINES : FILE_LINES);
    const long = all.filter((file) => linesOf(file) > most(file) && !LONG_ON_PURPOSE.includes(file));
    expect(long).toEqual([]);
  });

  it('that bring nock, also by way of another, give the network back to the tests after them', () => {
    const bringing = all.filter(
      (file) => file.endsWith('.test.ts') && /from '(nock|.*\/supplier\.js)'/.test(read(file)),
    );
    expect(bringing.length).toBeGreaterThan(0);
    expect(bringing.filter((file) => !read(file).includes('nock.restore()'))).toEqual([]);
  });

  it('outside adapters, schemes and the sandbox name no supplier', () => {
    // `reference` is also what we call our identifier of an operation, and a contract that is ours.
    const names = [...ids, ...schemes.map(({ id }) => id)].filter((name) => name !== 'reference');
    const told = ['src', 'jobs']
      .flatMap(sourcesUnder)
      .filter((file) => names.some((name) => new RegExp(`['"\`/]${name}['"\`/]`).test(read(file))));
    expect(told).toEqual([]);
  });
});

/** What an adapter does at its supplier: each is a call of its own, with tests of its own. */
function operationsOf(id: string): number {
  const { linking, member, accrual, redemption } = adapterOf(id);
  const holding = redemption?.flow === 'hold-first' ? [redemption.hold, redemption.release] : [];
  const spending = [redemption?.confirm, redemption?.refund, ...holding];
  return [linking?.verify, member?.account, accrual?.accrue, accrual?.reverse, ...spending].filter(Boolean).length;
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function linesOf(file: string): number {
  return read(file).trimEnd().split('\n').length;
}

function foldersOf(path: string): string[] {
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function filesUnder(path: string): string[] {
  if (!existsSync(join(root, path))) return [];
  return readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
}

function sourcesUnder(path: string): string[] {
  return filesUnder(path).filter((file) => file.endsWith('.ts'));
}
