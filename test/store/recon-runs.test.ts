import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TIMINGS } from '../../src/config/timing.js';
import { AdapterFault } from '../../src/spec/errors.js';
import { SettlementFault } from '../../src/spec/settlement.js';
import { reference, standing, stands, verdicts } from '../core/reconcile/books.js';
import { idOf, openReconBench, type ReconBench, runOf } from '../core/reconcile/recon-bench.js';
import { CONNECTION, request } from './store-bench.js';

let bench: ReconBench;
beforeEach(async () => {
  bench = await openReconBench();
});
afterEach(async () => {
  await bench.runner.stop();
  await bench.close();
});

const D = '2026-03-10';
const line = (n: number, points = 500) => ({ reference: reference(n), points });
const count = async (from: string): Promise<number> =>
  (await bench.owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`)).rows[0]?.n ?? 0;
const withoutSettlement = (): void => {
  Object.assign(bench.settlement.supplier, {
    adapter: { ...bench.settlement.supplier.adapter, settlement: undefined },
  });
};
/** Makes what waits due. */
const due = () => bench.owner.query('UPDATE recon_run SET next_action_at = now() WHERE next_action_at IS NOT NULL');

describe('the same input again', () => {
  it('is the same run with the same digest, and no new break', async () => {
    await stands(bench, { n: 1 });
    const first = await bench.reconcile(D, { lines: [line(2)] });
    const breaks = await bench.breaks(first);
    const again = await bench.reconcile(D);
    expect(again).toEqual(first);
    expect(await bench.breaks(again)).toEqual(breaks);
    expect(bench.settlement.asked()).toBe(2);
    expect(await count('recon_run')).toBe(1);
    expect(await count('recon_line')).toBe(0);
  });

  it('gives the same digest where it is judged anew', async () => {
    await stands(bench, { n: 1 });
    const lines = [line(1), line(2)];
    const first = await bench.reconcile(D, { lines });
    await bench.reconcile(D, { lines: [] });
    const third = await bench.reconcile(D, { lines });
    expect(third.id).not.toBe(first.id);
    expect(third.digest).toBe(first.digest);
    expect(await count('break')).toBe(2);
  });
});

describe('other input', () => {
  it('is a new run that supersedes the old, whose breaks are judged again and not doubled', async () => {
    await stands(bench, { n: 1 });
    await stands(bench, { n: 2 });
    const first = await bench.reconcile(D, { lines: [line(2, 510), line(3)] });
    expect(first.openBreaks).toBe(3);
    const before = new Map((await bench.breaks(first)).map((one) => [one.reference, one]));
    const second = await bench.reconcile(D, { lines: [line(1), line(2, 520)] });
    expect(second).toMatchObject({ supersedes: first.id, supersededBy: null, openBreaks: 1 });
    expect(await bench.reconciliations.get(bench.demo.caller, idOf(first))).toMatchObject({
      state: 'completed',
      supersededBy: second.id,
      digest: first.digest,
    });
    const after = new Map((await bench.breaks(second)).map((one) => [one.reference, one]));
    expect(after.size).toBe(3);
    expect(after.get(reference(1))).toMatchObject({ id: before.get(reference(1))?.id, state: 'auto-resolved' });
    expect(after.get(reference(2))).toMatchObject({ id: before.get(reference(2))?.id, state: 'open', difference: -20 });
    expect(after.get(reference(3))?.resolution).toMatchObject({
      by: 'settlement',
      reason: "The supplier's corrected settlement no longer shows the difference.",
    });
    const third = await bench.reconcile(D, { lines: [line(2, 520)] });
    const [reopened] = (await bench.breaks(third)).filter((one) => one.reference === reference(1));
    expect(reopened).toMatchObject({ id: before.get(reference(1))?.id, state: 'open', resolution: null });
  });

  it('that contradicts itself takes nothing away from what was judged before', async () => {
    await stands(bench, { n: 1 });
    const good = await bench.reconcile(D, { lines: [line(2)] });
    const bad = await bench.reconcile(D, { lines: [line(1), line(2)], fault: 'totals' });
    expect(bad).toMatchObject({ state: 'quarantined', supersedes: good.id, digest: null, counts: { lines: 0 } });
    expect((await bench.breaks(good)).map(({ state }) => state)).toEqual(['open', 'open']);
    // The day after still builds on the good one.
    await bench.reconcile('2026-03-11', { lines: [line(1)] });
    expect((await bench.breaks(good)).filter(({ state }) => state === 'open').map(({ reference: one }) => one)).toEqual(
      [reference(2)],
    );
    const mended = await bench.reconcile(D, { lines: [line(2)] });
    expect(mended).toMatchObject({ state: 'completed', supersedes: bad.id });
    expect(mended.inputSha256).toBe(good.inputSha256);
  });
});

describe('an input that contradicts itself', () => {
  it.each([
    'unreadable',
    'header',
    'other-day',
    'other-partner',
    'line',
    'cut-off',
    'totals',
    'checksum',
    'too-large',
  ] as const)('is put aside whole, and nothing of it is believed: %s', async (reason) => {
    const id = await stands(bench, { n: 1, state: 'unknown', bookedAt: null });
    const before = await standing(bench, id);
    const run = await bench.reconcile(D, { lines: [line(1), line(2)], fault: reason });
    expect(run).toMatchObject({
      state: 'quarantined',
      // Which line it is tells of everybody who shares the connection.
      quarantine: { reason, line: 0, detail: 'the operator of the shared connection sees where' },
      digest: null,
      counts: { lines: 0, matched: 0, theirsOnly: 0 },
      openBreaks: 0,
    });
    expect(run.finishedAt).not.toBeNull();
    expect(await standing(bench, id)).toEqual(before);
    for (const table of ['recon_line', 'recon_item', 'break']) expect([table, await count(table)]).toEqual([table, 0]);
    expect(await bench.reconcile(D)).toEqual(run);
    const mended = await bench.reconcile(D, { lines: [line(1)] });
    expect(mended).toMatchObject({ state: 'completed', supersedes: run.id, counts: { matched: 1 } });
  });

  it('is put aside where a line holds what no text may', async () => {
    for (const bad of ['a\u0000b', 'a\ud800b', 'x'.repeat(201)]) {
      const run = await bench.reconcile(D, { lines: [{ reference: bad, points: 1 }] });
      expect(run).toMatchObject({ state: 'quarantined', quarantine: { reason: 'line' } });
    }
    const run = await bench.reconcile(D, { lines: [{ points: 1, postedAt: 'soon' }] });
    expect(run).toMatchObject({ quarantine: { reason: 'line' } });
    expect(bench.errors).toEqual([]);
  });

  it('is told as well where the taking in finds it', async () => {
    bench.settlement.failures.push(new SettlementFault('too-large', 0, 'more than anybody reads'));
    expect(await bench.reconcile(D, { lines: [] })).toMatchObject({
      state: 'quarantined',
      quarantine: { reason: 'too-large', line: 0 },
      inputSha256: null,
    });
    expect(await bench.reconcile(D)).toMatchObject({ state: 'completed', supersedes: null });
  });
});

describe('a settlement that is not there', () => {
  const today = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());

  it('is waited for until it is due, and overdue after that', async () => {
    expect(await bench.reconcile(today())).toMatchObject({
      state: 'waiting',
      digest: null,
      cutOff: null,
      provisional: true,
    });
    const old = await bench.reconcile(D);
    expect(old).toMatchObject({ state: 'overdue', finishedAt: null });
    await bench.runner.wake(CONNECTION, []);
    expect(bench.settlement.asked()).toBe(2);
    bench.settlement.days.set(D, { lines: [] });
    await due();
    await bench.runner.wake(CONNECTION, []);
    expect(await bench.reconciliations.get(bench.demo.caller, idOf(old))).toMatchObject({ state: 'completed' });
  });

  it('is asked for again at the pace of the scheme', async () => {
    await bench.reconcile(D);
    const { rows } = await bench.owner.query<{ ms: number }>(
      'SELECT (extract(epoch FROM next_action_at - updated_at) * 1000)::float8 AS ms FROM recon_run',
    );
    expect(Math.abs((rows[0]?.ms ?? 0) - TIMINGS.fast.settlementRetryMs)).toBeLessThan(100);
  });

  it('after it was there once leaves the run as it was', async () => {
    const first = await bench.reconcile(D, { lines: [] });
    bench.settlement.days.delete(D);
    expect(await bench.reconcile(D)).toEqual(first);
  });

  it.each([
    { kind: 'not-sent', detail: 'refused' } as const,
    { kind: 'unknown-outcome', detail: 'reset' } as const,
    { kind: 'unmapped', supplierCode: '500' } as const,
    { kind: 'auth', detail: '401' } as const,
    { kind: 'rate-limited', retryAfterMs: 60_000 } as const,
  ])('because the supplier gave no usable answer is asked for again: $kind', async (fault) => {
    bench.settlement.failures.push(...[1, 2, 3].map(() => new AdapterFault(fault)));
    expect(await bench.reconcile(D, { lines: [] })).toMatchObject({ state: 'overdue' });
    bench.settlement.failures.length = 0;
    await due();
    await bench.runner.wake(CONNECTION, []);
    expect(await bench.reconcile(D)).toMatchObject({ state: 'completed' });
    expect(bench.errors).toEqual([]);
  });
});

it.each(['paused', 'auth-failed'])('a connection that is %s is waited for and not forced', async (state) => {
  await bench.owner.query('UPDATE connection SET state = $1', [state]);
  const run = await bench.reconcile(D, { lines: [] });
  expect(run).toMatchObject({ state: 'overdue' });
  expect(bench.settlement.asked()).toBe(0);
  await bench.owner.query(`UPDATE connection SET state = 'live'`);
  await due();
  await bench.runner.wake(CONNECTION, []);
  expect(await bench.reconciliations.get(bench.demo.caller, idOf(run))).toMatchObject({ state: 'completed' });
});

describe('the night', () => {
  const yesterday = () =>
    new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() - 86_400_000));
  const runs = async () =>
    (
      await bench.owner.query<{ business_date: string; state: string; requested_by: string; tenant_id: string }>(
        `SELECT business_date::text AS business_date, state, requested_by, tenant_id FROM recon_run
         ORDER BY created_at`,
      )
    ).rows;

  it('opens the run of yesterday in the scheme’s zone, once', async () => {
    bench.settlement.days.set(yesterday(), { lines: [] });
    const night = async (): Promise<void> => {
      await bench.runner.openNight(CONNECTION);
      await bench.runner.wake(CONNECTION, []);
    };
    await night();
    await night();
    expect(await runs()).toEqual([
      {
        business_date: yesterday(),
        state: 'completed',
        requested_by: 'schedule',
        tenant_id: '00000000-0000-0000-0000-000000000000',
      },
    ]);
    expect(bench.settlement.asked()).toBe(1);
  });

  it('asks a provisional run again, and lets one that is under way be', async () => {
    bench.settlement.days.set(yesterday(), { lines: [], closed: false });
    await bench.reconcile(yesterday());
    bench.settlement.days.set(yesterday(), { lines: [] });
    await bench.runner.openNight(CONNECTION);
    await bench.runner.openNight(CONNECTION);
    await bench.runner.wake(CONNECTION, []);
    expect((await runs()).map(({ state }) => state)).toEqual(['completed', 'completed']);
    expect(bench.settlement.asked()).toBe(2);
  });

  it('of a scheme without a settlement opens nothing', async () => {
    withoutSettlement();
    await bench.runner.openNight(CONNECTION);
    expect(await runs()).toEqual([]);
  });
});

describe('asking for a run', () => {
  it('is refused for a scheme that has none, and for days that are none', async () => {
    const { reconciliations, demo } = bench;
    const ask = (scheme: string, businessDate: string) =>
      reconciliations.open(demo.caller, { scheme, businessDate }, request('x'));
    const farAhead = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
    await expect(ask('red-air', D)).rejects.toMatchObject({ code: 'SCHEME_UNKNOWN' });
    for (const date of ['2026-02-30', '2026-3-1', 'yesterday', farAhead, '9999-12-31'])
      await expect(ask('blue-air', date)).rejects.toMatchObject({ code: 'INVALID' });
    withoutSettlement();
    await expect(ask('blue-air', D)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
    expect(await count('recon_run')).toBe(0);
  });

  it('twenty times at once is asking once, and a key answers the same again', async () => {
    bench.settlement.days.set(D, { lines: [] });
    const answers = await Promise.all(Array.from({ length: 20 }, () => bench.open(D)));
    expect(new Set(answers.map((answer) => runOf(answer).id)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    const asked = request('body', 'same-key');
    const [one, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => bench.open(D, bench.demo.caller, asked)),
    );
    for (const other of others) expect(other.body).toBe(one?.body);
    await Promise.all([1, 2, 3].map(() => bench.runner.wake(CONNECTION, [])));
    expect(await count('recon_run')).toBe(1);
    expect((await bench.open(D, bench.demo.caller, asked)).body).toBe(one?.body);
    await expect(bench.open(D, bench.demo.caller, request('other', 'same-key'))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('wakes whoever carries runs out', async () => {
    const id = idOf(runOf(await bench.open(D)));
    const { rows } = await bench.owner.query('SELECT tenant_id, lane, connection_id, operation_id FROM outbox');
    const shared = '00000000-0000-0000-0000-000000000000';
    expect(rows).toEqual([{ tenant_id: shared, lane: 'nightly', connection_id: CONNECTION, operation_id: id }]);
  });
});

describe('the cut-off of a closed day', () => {
  let bytes = 0;
  const cutOff = async (closedAt?: string) => {
    bytes += 1;
    const again = closedAt === undefined ? {} : { closedAt };
    return (await bench.reconcile(D, { lines: [line(bytes)], ...again })).cutOff;
  };

  it('is the supplier’s word, the newest, and stays where it says nothing any more', async () => {
    expect(await cutOff()).toBe('2026-03-10T16:00:00.000Z');
    expect(await cutOff('2026-03-10T04:00:00.000Z')).toBe('2026-03-10T04:00:00.000Z');
    expect(await cutOff()).toBe('2026-03-10T04:00:00.000Z');
    expect(await cutOff('2026-03-10T18:00:00.000Z')).toBe('2026-03-10T18:00:00.000Z');
  });

  it('is not yet to come', async () => {
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());
    const run = await bench.reconcile(today, { lines: [] });
    expect(Date.parse(run.cutOff ?? '')).toBeLessThanOrEqual(Date.now());
    expect((await bench.reconcile(today, { lines: [line(1)] })).cutOff).toBe(run.cutOff);
  });
});

it('the kept input opens for its own run and no other', async () => {
  const run = await bench.reconcile(D, { lines: [line(1)] });
  const other = await bench.reconcile('2026-03-11', { lines: [] });
  const kept = await bench.owner.query<{ sealed: Buffer }>('SELECT sealed FROM recon_input WHERE run_id = $1', [
    idOf(run),
  ]);
  const sealed = kept.rows[0]?.sealed ?? Buffer.alloc(0);
  const key = await bench.recon.inputKey();
  expect(sealed.includes(reference(1))).toBe(false);
  expect(bench.inputs.open(key, idOf(run), sealed).toString()).toContain(reference(1));
  expect(() => bench.inputs.open(key, idOf(other), sealed)).toThrow('does not open');
  expect(await verdicts(bench, other)).toEqual([]);
});
