import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkDatabase } from '../../src/cli/doctor/database.js';
import { readEnvironment } from '../../src/config/environment.js';
import { freePort } from '../../src/process/free-port.js';
import { type FreshDatabase, freshDatabase } from '../support/database.js';

describe("doctor's check of the database", () => {
  let dataDir: string;
  let database: FreshDatabase;

  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'doctor-'));
    database = await freshDatabase();
  });
  afterEach(async () => {
    rmSync(dataDir, { recursive: true, force: true });
    await database.drop();
  });

  it('passes a database that can be reached and whose clock agrees', async () => {
    const environment = readEnvironment({ DATABASE_URL: database.ownerUrl, INTERLINE_DATA_DIR: dataDir });
    expect(await checkDatabase(environment)).toMatchObject([
      { check: 'database', ok: true },
      { check: 'clock', ok: true },
      { check: 'schema', ok: true },
      { check: 'canaries', ok: true, detail: 'none were ever sent; a scheduler sends them' },
      { check: 'incidents', ok: true, detail: 'none open' },
      { check: 'outbox', ok: true, detail: 'empty' },
      { check: 'work', ok: true, detail: 'nothing is overdue' },
    ]);
  });

  it('tries the embedded one where there is none yet, and leaves nothing behind', async () => {
    const findings = await checkDatabase(readEnvironment({ INTERLINE_DATA_DIR: dataDir }));
    expect(findings).toMatchObject([
      { ok: true, detail: expect.stringContaining('(embedded)') as unknown },
      { ok: true },
      { check: 'schema', ok: true, detail: expect.stringContaining('none yet') as unknown },
    ]);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('says what to do when nobody listens', async () => {
    const DATABASE_URL = `postgres://o:secret@127.0.0.1:${await freePort()}/interline`;
    const findings = await checkDatabase(readEnvironment({ DATABASE_URL, INTERLINE_DATA_DIR: dataDir }));
    expect(findings).toMatchObject([
      {
        ok: false,
        detail: expect.stringContaining('ECONNREFUSED') as unknown,
        advice: expect.stringContaining('DATABASE_URL') as unknown,
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });
});
