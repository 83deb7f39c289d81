import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { masterKeyFile, masterKeyOf } from '../../src/process/master-key.js';

describe('the master key of development', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = path.join(mkdtempSync(path.join(tmpdir(), 'master-key-')), 'data');
  });
  afterEach(() => rmSync(path.dirname(dataDir), { recursive: true, force: true }));

  it('is made once, readable by its owner alone, and found again', () => {
    const key = masterKeyOf({ masterKey: null, dataDir });
    expect(key).toHaveLength(32);
    expect(masterKeyOf({ masterKey: null, dataDir })).toEqual(key);
    expect(statSync(masterKeyFile(dataDir)).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(['master-key']);
  });

  it('gives way to the one in the environment, and is then not made', () => {
    const masterKey = Buffer.alloc(32, 1);
    expect(masterKeyOf({ masterKey, dataDir })).toBe(masterKey);
    expect(readdirSync(path.dirname(dataDir))).toEqual([]);
  });

  it('is refused where others may read it', () => {
    masterKeyOf({ masterKey: null, dataDir });
    chmodSync(masterKeyFile(dataDir), 0o640);
    expect(() => masterKeyOf({ masterKey: null, dataDir })).toThrow('may be read by other users');
  });

  it('is never replaced when the file is damaged', () => {
    masterKeyOf({ masterKey: null, dataDir });
    writeFileSync(masterKeyFile(dataDir), 'damaged');
    expect(() => masterKeyOf({ masterKey: null, dataDir })).toThrow('restore it from a backup');
  });
});
