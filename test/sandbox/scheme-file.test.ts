import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readSchemes } from '../../sandbox/engine/scheme-file.js';
import { run, SCHEMES } from './running.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schemes-'));
  cpSync(SCHEMES, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Replaces a piece of one of the fixture's files. */
function edit(scheme: string, from: string | RegExp, to: string): void {
  const path = join(folder, `${scheme}.yaml`);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error('nothing was replaced');
  writeFileSync(path, after);
}

describe('scheme files', () => {
  it('are read where they have a sandbox section, its settings over the scheme’s own', () => {
    const schemes = readSchemes([SCHEMES]);
    expect(schemes.map(({ id }) => id)).toEqual(['test-airline', 'test-hotels', 'test-miles', 'test-rail']);
    expect(schemes.find(({ id }) => id === 'test-rail')).toMatchObject({
      settings: { brand: 'test-rail', posting: 'at-once', partnerId: 'tests' },
      secrets: { hmacKey: 'rail-key' },
      tiers: ['2', '3'],
      script: 'Hani',
    });
  });

  it('of the repository can all be played', async () => {
    const repository = fileURLToPath(new URL('../../schemes', import.meta.url));
    const sandbox = await run({ schemeDirectories: [repository] });
    const { json } = await sandbox.control('GET', '/schemes');
    expect(json).toHaveLength(readSchemes([repository]).length);
    await sandbox.stop();
  });

  it.each([
    ['test-rail', 'zone: Asia/Shanghai', 'zone: Asia/Nowhere', /test-rail\.yaml: \/zone: is not a time zone/],
    ['test-rail', 'script: Hani', 'script: Cyrl', /\/nameRule\/script: must be one of Hani, Latn/],
    ['test-rail', 'length: 12', 'length: 3', /\/sandbox\/members\/length: must be at least 8/],
    ['test-rail', "pattern: '^TR[0-9]{10}$'", "pattern: '^XX'", /\/memberNumber\/pattern: does not match TR/],
    ['test-rail', 'check: none', 'check: mod97', /\/memberNumber\/check: must be one of none, luhn, mod7/],
    ['test-rail', 'members: {', 'members: [', /test-rail\.yaml: /],
    ['test-rail', 'id: test-rail', 'id: test-miles', /two files describe the scheme test-miles/],
    ['test-rail', 'adapter: cn-partner', 'adapter: unheard-of', /test-rail: no platform plays the adapter unheard-of/],
    ['test-rail', 'posting: at-once', 'posting: someday', /test-rail: \/settings\/posting: must be one of/],
    ['test-rail', '{ hmacKey: rail-key }', '{}', /test-rail: \/secrets\/hmacKey: must be a text/],
    ['test-hotels', /appKey: \S+,/, 'appKey: none,', /test-hotels: \/secrets\/appKey: must match/],
  ])('%s with %s made %s is refused in words', async (scheme, from, to, complaint) => {
    edit(scheme, from, to);
    await expect(run({ schemeDirectories: [folder] })).rejects.toThrow(complaint);
  });
});
