import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reconcile as verb } from '../../src/cli/reconcile.js';
import type { ReconcileReport } from '../../src/cli/reconcile-report.js';
import { readEnvironment } from '../../src/config/environment.js';
import { openResyncBench, type ResyncBench } from '../engine/resync-bench.js';
import { testMasterKey } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { linkMembers } from '../support/travellers.js';
import { interline, type Outcome } from './interline.js';

const SCHEME = 'china-railway';

let bench: ResyncBench;
let dataDir: string;
let environment: Record<string, string>;
let day: string;
beforeAll(async () => {
  bench = await openResyncBench();
  dataDir = mkdtempSync(path.join(tmpdir(), 'interline-command-'));
  environment = {
    DATABASE_URL: bench.bench.ownerUrl,
    INTERLINE_MASTER_KEY: testMasterKey().toString('base64'),
    INTERLINE_DATA_DIR: dataDir,
  };
  const schemes = await bench.bench.sandbox.get<{ id: string; businessDate: string }[]>('schemes');
  day = schemes.find(({ id }) => id === SCHEME)?.businessDate ?? '';
});
afterAll(async () => {
  await bench.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const reconcile = (...args: string[]): Promise<Outcome> => interline(['reconcile', ...args], environment);
const told = ({ stdout }: Outcome) => JSON.parse(stdout) as ReconcileReport;

describe('interline reconcile', () => {
  it('says so when there is no settlement yet', async () => {
    const { code, stdout } = await reconcile(SCHEME, '--date', day);
    expect(code).toBe(75);
    expect(stdout).toMatch(new RegExp(`^${SCHEME} ${day}: (waiting|overdue) `));
  });

  it('holds a closed day against the books of all tenants, and ends with 1 while a break is open', async () => {
    const { demo, other, sandbox } = bench.bench;
    const [link = ''] = await linkMembers(bench.bench, demo, SCHEME, 1);
    for (let n = 0; n < 3; n += 1) await bench.send(SCHEME, link);
    await linkMembers(bench.bench, other, SCHEME, 1);
    const planted = await sandbox.post<{ references: string[] }>(`${SCHEME}/mischief`, {
      ...{ kind: 'drop-line', count: 1, businessDate: day },
    });
    await sandbox.post(`${SCHEME}/close-day`, { businessDate: day });

    // A supplier that is slow to answer is one that has no settlement yet.
    const first = await eventually(
      () => reconcile(SCHEME, '--date', day, '--json'),
      ({ code }) => code !== 75,
      { withinMs: 30_000 },
    );
    expect({ code: first.code, ...told(first) }).toMatchObject({
      code: 1,
      run: { state: 'completed', provisional: false, openBreaks: 1, counts: { lines: 2, matched: 2, oursOnly: 1 } },
      tenants: [{ tenant: 'demo', openBreaks: 1 }],
      breaks: [{ tenant: 'demo', reason: 'not-in-the-settlement', reference: planted.references[0] }],
    });
    expect(first.stderr).toContain(`${SCHEME} ${day}: completed\n`);

    // The same bytes again are the same run, told as a table this time.
    const again = await reconcile(SCHEME, '--date', day);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain(`${told(first).run.id} digest ${told(first).run.digest ?? ''}`);
    expect(again.stdout).toMatch(/demo +2 +2 +1 +0/);
    expect(again.stdout).toContain(planted.references[0]);

    const resync = ['resync', '--tenant', 'demo', '--scheme', SCHEME, '--reason', 'a break'];
    expect(await interline(resync, environment)).toMatchObject({ code: 0 });
    const healed = await reconcile(SCHEME, '--date', day);
    expect(healed).toMatchObject({ code: 0, stdout: expect.stringContaining('no break is open') as unknown });
  });

  it.each([
    ['nobody-air', '2026-01-01', /no such scheme/],
    [SCHEME, '2026-02-30', /^--date is not a day of the calendar$/],
    [SCHEME, '2999-01-01', /^--date has not begun$/],
  ])('refuses %s on %s in words', async (scheme, date, line) => {
    const context = { environment: readEnvironment(environment), json: false, given: { scheme, date } };
    await expect(verb.act(context)).rejects.toThrow(line);
  });

  it('ends with 2 and one line when it is not told the day', async () => {
    const missing = "error: required option '--date <yyyy-mm-dd>' not specified\n";
    expect(await reconcile(SCHEME)).toEqual({ code: 2, stdout: '', stderr: missing });
  });
});
