import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reference, stands, verdicts } from '../core/reconcile/books.js';
import { idOf, openReconBench, type ReconBench } from '../core/reconcile/recon-bench.js';

let bench: ReconBench;
beforeEach(async () => {
  bench = await openReconBench();
});
afterEach(async () => {
  expect(bench.errors).toEqual([]);
  await bench.runner.stop();
  await bench.close();
});

/** Shanghai. */
const at = (time: string): string => `${time.replace(' ', 'T')}+08:00`;
const line = (n: number) => ({ reference: reference(n), points: 500 });
const EMPTY = { lines: [] };

describe('an operation whose posting date nobody told', () => {
  it('is missed on the day that it was begun and booked in', async () => {
    await stands(bench, { n: 1, sentAt: at('2026-03-10 00:00:02'), bookedAt: at('2026-03-10 23:59:59') });
    expect(await verdicts(bench, await bench.reconcile('2026-03-09', EMPTY))).toEqual([]);
    expect(await verdicts(bench, await bench.reconcile('2026-03-10', EMPTY))).toEqual(['not-in-the-settlement 1']);
    expect(await verdicts(bench, await bench.reconcile('2026-03-11', EMPTY))).toEqual([]);
  });

  it('is late where it straddles midnight, and missed by the later day once both are closed', async () => {
    await stands(bench, { n: 1, sentAt: at('2026-03-10 23:59:50'), bookedAt: at('2026-03-11 00:00:10') });
    const first = await bench.reconcile('2026-03-10', EMPTY);
    expect(await verdicts(bench, first)).toEqual(['not-due-yet 1']);
    expect(first).toMatchObject({ openBreaks: 0, points: { ours: 0, theirs: 0 } });
    const second = await bench.reconcile('2026-03-11', EMPTY);
    expect(await verdicts(bench, second)).toEqual(['not-in-the-settlement 1']);
    expect(second).toMatchObject({ openBreaks: 1 });
  });

  it('is found on either day where it straddles midnight', async () => {
    for (const n of [1, 2]) {
      await stands(bench, { n, sentAt: at('2026-03-10 23:59:50'), bookedAt: at('2026-03-11 00:00:10') });
    }
    expect(await verdicts(bench, await bench.reconcile('2026-03-10', { lines: [line(1)] }))).toEqual([
      'as-sent 1',
      'not-due-yet 2',
    ]);
    expect(await verdicts(bench, await bench.reconcile('2026-03-11', { lines: [line(2)] }))).toEqual(['as-sent 2']);
  });

  it('waits for the day in between, and is missed when that comes', async () => {
    await stands(bench, { n: 1, sentAt: at('2026-03-10 12:00:00'), bookedAt: at('2026-03-12 12:00:00') });
    expect(await verdicts(bench, await bench.reconcile('2026-03-10', EMPTY))).toEqual(['not-due-yet 1']);
    expect(await verdicts(bench, await bench.reconcile('2026-03-12', EMPTY))).toEqual(['not-due-yet 1']);
    expect(await verdicts(bench, await bench.reconcile('2026-03-11', EMPTY))).toEqual(['not-in-the-settlement 1']);
    const [found] = await bench.breaks(await bench.reconcile('2026-03-12'));
    expect(found).toMatchObject({ businessDate: '2026-03-12', difference: 500 });
  });

  it('follows the supplier’s closing, at noon as well as after midnight', async () => {
    const noon = at('2026-03-10 12:00:00');
    await stands(bench, { n: 1, sentAt: at('2026-03-10 11:00:00'), bookedAt: at('2026-03-10 11:00:01') });
    await stands(bench, { n: 2, sentAt: at('2026-03-10 11:59:59'), bookedAt: at('2026-03-10 12:00:01') });
    await stands(bench, { n: 3, sentAt: at('2026-03-10 13:00:00'), bookedAt: at('2026-03-10 13:00:01') });
    await stands(bench, { n: 4, sentAt: at('2026-03-10 14:00:00'), bookedAt: at('2026-03-10 14:00:01') });
    expect(await verdicts(bench, await bench.reconcile('2026-03-10', { ...EMPTY, closedAt: noon }))).toEqual([
      'not-in-the-settlement 1',
      'not-due-yet 2',
    ]);
    // The next business day was closed an hour and a half later, still on the same date of the calendar.
    const next = await bench.reconcile('2026-03-11', { ...EMPTY, closedAt: at('2026-03-10 13:30:00') });
    expect(await verdicts(bench, next)).toEqual(['not-in-the-settlement 2', 'not-in-the-settlement 3']);
    const last = await bench.reconcile('2026-03-12', { ...EMPTY, closedAt: at('2026-03-13 02:00:00') });
    expect(await verdicts(bench, last)).toEqual(['not-in-the-settlement 4']);
  });

  it('is not lost where a later day was reconciled first', async () => {
    await stands(bench, { n: 1, sentAt: at('2026-03-10 13:00:00'), bookedAt: at('2026-03-10 13:00:01') });
    const closings = { ...EMPTY, closedAt: at('2026-03-10 13:30:00') };
    expect(await verdicts(bench, await bench.reconcile('2026-03-11', closings))).toEqual([]);
    const first = await bench.reconcile('2026-03-10', { ...EMPTY, closedAt: at('2026-03-10 12:00:00') });
    expect(await verdicts(bench, first)).toEqual(['not-in-the-settlement 1']);
    const [found] = await bench.breaks(first);
    expect(found).toMatchObject({ businessDate: '2026-03-11' });
  });
});

describe('an operation whose posting date the supplier told', () => {
  it('belongs exactly there, whenever we learnt of it', async () => {
    await stands(bench, { n: 1, businessDate: '2026-03-10', bookedAt: at('2026-03-12 09:00:00') });
    expect(await verdicts(bench, await bench.reconcile('2026-03-10', EMPTY))).toEqual(['not-in-the-settlement 1']);
    expect(await verdicts(bench, await bench.reconcile('2026-03-12', EMPTY))).toEqual([]);
  });

  it('is missed on its day by the next run, where it was open when its day was reconciled', async () => {
    const id = await stands(bench, { n: 1, state: 'unknown', bookedAt: null });
    const first = await bench.reconcile('2026-03-10', EMPTY);
    expect(await verdicts(bench, first)).toEqual(['outcome-still-open 1']);
    // A look-up finds it posted on the 10th after all, which the settlement of the 10th does not have.
    await bench.owner.query(
      `UPDATE operation SET state = 'posted', next_action_at = NULL, business_date = '2026-03-10' WHERE id = $1`,
      [id],
    );
    await bench.owner.query(
      `INSERT INTO ledger_transaction (tenant_id, id, operation_id, kind, scheme, at)
       VALUES ($1, $2, $2, 'posting', 'blue-air', $3)`,
      [bench.demo.id, id, at('2026-03-11 12:00:00')],
    );
    const second = await bench.reconcile('2026-03-11', EMPTY);
    expect(await verdicts(bench, second)).toEqual(['not-in-the-settlement 1']);
    const [found] = await bench.breaks(first);
    expect(found).toMatchObject({ businessDate: '2026-03-10', reconciliationId: second.id, difference: 500 });
  });
});

describe('a line a day late', () => {
  it('heals the break of the day before', async () => {
    await stands(bench, { n: 1 });
    await stands(bench, { n: 2 });
    const first = await bench.reconcile('2026-03-10', EMPTY);
    expect(first.openBreaks).toBe(2);
    const second = await bench.reconcile('2026-03-11', { lines: [line(1)] });
    expect(await verdicts(bench, second)).toEqual(['a-day-late 1']);
    expect(second).toMatchObject({
      counts: { matched: 0, late: 1 },
      points: { ours: 500, theirs: 500 },
      openBreaks: 0,
    });
    const found = new Map((await bench.breaks(first)).map((one) => [one.reference, one]));
    expect(found.get(reference(2))).toMatchObject({ state: 'open', resolution: null });
    expect(found.get(reference(1))).toMatchObject({ state: 'auto-resolved', actions: [] });
    expect(found.get(reference(1))?.resolution).toMatchObject({
      by: 'settlement',
      reason: 'A later settlement of the supplier lists it.',
    });
    expect((await bench.reconciliations.get(bench.demo.caller, idOf(first))).openBreaks).toBe(1);
  });

  it('and two days late is another day, and replaces the break', async () => {
    await stands(bench, { n: 1 });
    const first = await bench.reconcile('2026-03-10', EMPTY);
    await bench.reconcile('2026-03-11', EMPTY);
    const third = await bench.reconcile('2026-03-12', { lines: [line(1)] });
    expect(await verdicts(bench, third)).toEqual(['day-differs 1']);
    expect((await bench.breaks(first)).map(({ state }) => state)).toEqual(['auto-resolved']);
    expect((await bench.breaks(third)).map(({ state, difference }) => [state, difference])).toEqual([['open', 0]]);
  });

  it('of a line that came before is one line too many', async () => {
    await stands(bench, { n: 1 });
    expect(await verdicts(bench, await bench.reconcile('2026-03-10', { lines: [line(1)] }))).toEqual(['as-sent 1']);
    expect(await verdicts(bench, await bench.reconcile('2026-03-11', { lines: [line(1)] }))).toEqual([
      'line-repeated 1',
    ]);
  });
});

describe('an open day', () => {
  it('misses nothing, pairs what there is, and is judged again once it is closed', async () => {
    await stands(bench, { n: 1 });
    await stands(bench, { n: 2, businessDate: '2026-03-10' });
    await stands(bench, { n: 3 });
    const lines = [line(1), { ...line(3), points: 510 }];
    const open = await bench.reconcile('2026-03-10', { lines, closed: false });
    expect(open).toMatchObject({ state: 'completed', provisional: true, openBreaks: 1 });
    expect(await verdicts(bench, open)).toEqual(['as-sent 1', 'points-differ 3', 'not-due-yet 2']);
    const closed = await bench.reconcile('2026-03-10', { lines });
    expect(closed).toMatchObject({
      provisional: false,
      openBreaks: 2,
      inputSha256: open.inputSha256,
      supersedes: open.id,
    });
    expect(closed.digest).not.toBe(open.digest);
    expect(await verdicts(bench, closed)).toEqual(['as-sent 1', 'points-differ 3', 'not-in-the-settlement 2']);
  });
});
