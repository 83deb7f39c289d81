import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { resync as verb } from '../../src/cli/resync.js';
import { readEnvironment } from '../../src/config/environment.js';
import type { ResyncItemView, ResyncView } from '../../src/core/resync/resyncs.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { faulty, openResyncBench, type ResyncBench } from '../engine/resync-bench.js';
import { testMasterKey, ownerPool } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { linkMembers } from '../support/travellers.js';
import { interline, type Outcome, startInterline } from './interline.js';

const SCHEME = 'china-railway';

let bench: ResyncBench;
let owner: pg.Pool;
let dataDir: string;
let environment: Record<string, string>;
let link: string;
beforeAll(async () => {
  bench = await openResyncBench();
  owner = ownerPool(bench.bench.ownerUrl);
  dataDir = mkdtempSync(path.join(tmpdir(), 'interline-command-'));
  environment = {
    DATABASE_URL: bench.bench.ownerUrl,
    INTERLINE_MASTER_KEY: testMasterKey().toString('base64'),
    INTERLINE_DATA_DIR: dataDir,
  };
  [link = ''] = await linkMembers(bench.bench, bench.bench.demo, SCHEME, 1);
});
afterAll(async () => {
  await owner.end();
  await bench.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Answers lost at once without opening the connection's breaker, which looks at 20 calls and more. */
const FEW = 10;

const lost = async (count: number): Promise<string[]> => {
  const mend = await faulty(bench.bench, SCHEME, { commitThenDrop: 1 });
  try {
    const ids: string[] = [];
    while (ids.length < count) {
      const some = Math.min(FEW, count - ids.length);
      ids.push(...(await Promise.all(Array.from({ length: some }, () => bench.send(SCHEME, link)))));
      await forgotten(some);
    }
    return ids;
  } finally {
    await mend();
  }
};
/** Waits until so many failed calls are on record, and strikes them out. */
const forgotten = async (failures: number): Promise<void> => {
  let told = 0;
  const strike = async (): Promise<number> => {
    const { rows } = await owner.query<{ failures: number }>('DELETE FROM call_tally RETURNING failures');
    for (const one of rows) told += one.failures;
    return told;
  };
  await eventually(strike, (sum) => sum >= failures);
};
const command = (...args: string[]): string[] => ['resync', '--tenant', 'demo', '--reason', 'a test', ...args];
const resync = (...args: string[]): Promise<Outcome> => interline(command(...args), environment);
const operations = (ids: readonly string[]): string[] => ['--operation', ...ids.map((id) => toTypeId('op', id))];
const told = ({ stdout }: Outcome) => JSON.parse(stdout) as { resync: ResyncView; items: ResyncItemView[] };
const state = async (id: string): Promise<string> => (await bench.read(id)).state;

describe('interline resync', () => {
  it('carries it out without any worker: first dry, then for good, the same both times', async () => {
    const [id = ''] = await lost(1);
    const dry = await resync('--scheme', SCHEME, '--dry-run', '--json');
    expect({ code: dry.code, ...told(dry) }).toMatchObject({
      code: 0,
      resync: { state: 'completed', dryRun: true, reason: 'a test', total: 1, changed: 1, quotaCost: 1 },
      items: [{ operationId: toTypeId('op', id), result: 'settled', from: 'unknown', to: 'posted' }],
    });
    expect(dry.stderr).toContain('100%  1 of 1 looked at, 1 would change, 1 calls\n');
    expect(await state(id)).toBe('unknown');
    const run = await resync('--scheme', SCHEME);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^rsy_\w+ completed\nlooked at 1 of 1; 1 changed; 1 calls/);
    expect(run.stdout).toMatch(new RegExp(`${toTypeId('op', id)} +settled +unknown -> posted`));
    expect(await state(id)).toBe('posted');
    const audited = await owner.query<{ actor: string }>(
      `SELECT actor FROM audit WHERE reason = 'a test' AND act = 'resync.start'`,
    );
    expect(new Set(audited.rows.map(({ actor }) => actor))).toEqual(new Set(['key_00000000000000000000000000']));
  });

  it('takes links and times, and exits 1 when a supplier says otherwise', async () => {
    const [id = ''] = await lost(1);
    expect((await resync('--link', toTypeId('lnk', link), '--from', '2026-01-01', '--json')).code).toBe(0);
    await owner.query('UPDATE operation SET points = 400 WHERE id = $1', [id]);
    const { code, ...rest } = await resync(...operations([id]), '--json');
    expect({ code, ...told({ code, ...rest }) }).toMatchObject({ code: 1, items: [{ result: 'differs' }] });
    await owner.query('UPDATE operation SET points = 500 WHERE id = $1', [id]);
    const healed = await resync(...operations([id]));
    expect(healed).toMatchObject({ code: 0, stdout: expect.stringContaining('confirmed') as unknown });
  });

  it('can be interrupted, and is gone on with by the same command', async () => {
    const ids = await lost(40);
    const mend = await faulty(bench.bench, SCHEME, {}, { p50: 150, p99: 300 });
    const first = startInterline(command(...operations(ids)), environment);
    await eventually(
      async () => first.stderr(),
      (text) => /[1-9]\d* of 40 looked at/.test(text),
      { withinMs: 40_000 },
    );
    first.interrupt();
    const { code, stdout, stderr } = await first.outcome;
    expect([code, stdout]).toEqual([130, '']);
    const [, id = ''] = /goes on with (rsy_\w+)\n$/.exec(stderr) ?? [];
    const left = (await Promise.all(ids.map(state))).filter((one) => one === 'unknown');
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(40);
    await mend();
    const second = await resync(...operations(ids), '--json');
    expect({ code: second.code, ...told(second) }).toMatchObject({
      code: 0,
      resync: { id, state: 'completed', done: 40, quotaCost: 40 },
    });
    expect(new Set(await Promise.all(ids.map(state)))).toEqual(new Set(['posted']));
  });

  it.each([
    [{ tenant: 'nobody', scheme: SCHEME }, 'no tenant is called nobody; there are: demo, other'],
    [{ tenant: 'demo' }, 'what is named names nothing: give a scheme, a link, operations or times'],
    [{ operation: ['op_nonsense'] }, '--operation takes an id that begins with op_, not op_nonsense'],
    [{ tenant: 'demo', link: toTypeId('lnk', randomUUID()) }, 'this tenant has no such link or operation'],
    [{ tenant: 'demo', from: 'yesterday' }, '--from is not a time, as in 2026-11-21T08:00:00Z'],
    [{ tenant: 'demo', scheme: SCHEME, reason: ' ' }, '--reason says nothing'],
    [{ scheme: SCHEME }, 'which tenant? say --tenant with one of: demo, other'],
  ])('refuses %j in words', async (given, line) => {
    const context = { environment: readEnvironment(environment), json: false, given: { reason: 'r', ...given } };
    await expect(verb.act(context)).rejects.toThrow(new Error(line));
  });

  it('ends with 2 and one line when it is not told enough, in JSON too', async () => {
    const without = await interline(['resync', '--scheme', SCHEME], environment);
    expect(without).toMatchObject({ code: 2, stderr: "error: required option '--reason <text>' not specified\n" });
    const empty = await resync('--json');
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringMatching(/^interline: [^\n]+\n$/) as unknown });
    expect(JSON.parse(empty.stdout)).toMatchObject({ error: expect.stringContaining('names nothing'), exitCode: 2 });
  });

  it('says what to do where there is no database', async () => {
    const { code, stderr } = await interline(command('--scheme', SCHEME), { INTERLINE_DATA_DIR: dataDir });
    expect(code).toBe(69);
    expect(stderr).toBe(
      `interline: no database: set DATABASE_URL, or start the gateway whose data is in ${dataDir} first ` +
        '(interline start)\n',
    );
  });
});
