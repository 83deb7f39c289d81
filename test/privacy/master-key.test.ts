import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deriveKey, loadOrCreateMasterKey, masterKeyFromBase64, rolePassword } from '../../src/privacy/master-key.js';

const TEXT = Buffer.alloc(32, 7).toString('base64');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'interline-key-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('masterKeyFromBase64', () => {
  it.each([
    ['empty', ''],
    ['31 bytes', Buffer.alloc(31, 7).toString('base64')],
    ['33 bytes', Buffer.alloc(33, 7).toString('base64')],
    ['base64url', Buffer.alloc(32, 0xff).toString('base64url')],
    ['a trailing newline', `${TEXT}\n`],
    ['hex', Buffer.alloc(32, 7).toString('hex')],
  ])('refuses %s without repeating it', (_name, text) => {
    const refused = (): unknown => masterKeyFromBase64(text);
    expect(refused).toThrow('32 bytes in base64');
    if (text !== '') expect(refused).not.toThrow(text);
  });

  it('shows nothing of the key when it is printed', () => {
    const key = masterKeyFromBase64(TEXT);
    for (const printed of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify({ key })]) {
      expect(printed).not.toContain(TEXT.slice(0, 8));
      expect(printed).not.toContain('0707');
      expect(printed).not.toContain('7,7');
    }
  });
});

describe('loadOrCreateMasterKey', () => {
  it('makes one file that only its owner may read, and reads it again', () => {
    const first = loadOrCreateMasterKey(join(dir, 'deep', 'data'));
    const data = join(dir, 'deep', 'data');
    expect(readdirSync(data)).toEqual(['master.key']);
    expect(statSync(join(data, 'master.key')).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(join(data, 'master.key'), 'utf8'), 'base64')).toEqual(first.export());
    expect(loadOrCreateMasterKey(data).equals(first)).toBe(true);
  });

  it('prefers the environment and writes nothing then', () => {
    expect(loadOrCreateMasterKey(dir, TEXT).export()).toEqual(Buffer.alloc(32, 7));
    expect(readdirSync(dir)).toEqual([]);
    expect(() => loadOrCreateMasterKey(dir, '')).toThrow('32 bytes in base64');
  });

  it('refuses a file that others may read', () => {
    loadOrCreateMasterKey(dir);
    chmodSync(join(dir, 'master.key'), 0o640);
    expect(() => loadOrCreateMasterKey(dir)).toThrow('may be read by other users');
  });

  it('refuses a damaged file instead of making another key', () => {
    writeFileSync(join(dir, 'master.key'), 'half a ke', { mode: 0o600 });
    expect(() => loadOrCreateMasterKey(dir)).toThrow('master.key does not hold a master key');
    expect(readFileSync(join(dir, 'master.key'), 'utf8')).toBe('half a ke');
  });

  it('gives all processes that start at once the same key', async () => {
    const module = new URL('../../src/privacy/master-key.ts', import.meta.url).href;
    const script = `import { loadOrCreateMasterKey } from ${JSON.stringify(module)};
      process.stdout.write(loadOrCreateMasterKey(${JSON.stringify(dir)}).export().toString('base64'));`;
    const start = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
    const keys = await Promise.all([start(), start(), start()]);
    const kept = loadOrCreateMasterKey(dir).export().toString('base64');
    expect(keys.map(({ stdout }) => stdout)).toEqual([kept, kept, kept]);
    expect(readdirSync(dir)).toEqual(['master.key']);
  }, 30_000);
});

describe('derivation', () => {
  const master = masterKeyFromBase64(TEXT);

  it('is HKDF-SHA256, the same at every start', () => {
    // Computed with Python: HKDF-extract(zero salt), HKDF-expand(info 'interline:blind-index:v1:x', 32).
    expect(deriveKey(master, 'blind-index:v1:x').export().toString('hex')).toBe(
      '7303f5565d7c6f43d598b69a951481ec368e5df317bdde92d801a677ec583242',
    );
    expect(deriveKey(masterKeyFromBase64(TEXT), 'p').equals(deriveKey(master, 'p'))).toBe(true);
  });

  it('gives every purpose and every master key its own', () => {
    const other = masterKeyFromBase64(Buffer.alloc(32, 8).toString('base64'));
    const keys = [deriveKey(master, 'a'), deriveKey(master, 'b'), deriveKey(other, 'a'), deriveKey(other, 'b')];
    expect(new Set(keys.map((key) => key.export().toString('hex'))).size).toBe(4);
  });

  it('makes role passwords that need no escaping', () => {
    const passwords = (['app', 'relay', 'queue'] as const).map((role) => rolePassword(master, role));
    expect(new Set(passwords).size).toBe(3);
    for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
