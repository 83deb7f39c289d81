import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ActOnBreak, BreakView } from '../../src/core/reconcile/reconciliations.js';
import { createBreakBook } from '../../src/store/break-book.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { reference, stands } from '../core/reconcile/books.js';
import { brokenReconciliation } from '../core/reconcile/invariants.js';
import { idOf, openReconBench, type ReconBench } from '../core/reconcile/recon-bench.js';
import { request } from './store-bench.js';

let bench: ReconBench;
beforeEach(async () => {
  bench = await openReconBench();
});
afterEach(async () => {
  expect(bench.errors).toEqual([]);
  expect(await brokenReconciliation(bench.owner)).toEqual([]);
  await bench.runner.stop();
  await bench.close();
});

const D = '2026-03-10';

/** A break of each that can be looked up and one that cannot. */
async function broken(): Promise<{ ours: BreakView; theirs: BreakView }> {
  await stands(bench, { n: 1 });
  const found = await bench.breaks(await bench.reconcile(D, { lines: [{ reference: reference(9), points: 70 }] }));
  const [ours, theirs] = ['ours-only', 'theirs-only'].map((kind) => found.find((one) => one.kind === kind));
  if (ours === undefined || theirs === undefined) throw new Error('not found');
  return { ours, theirs };
}
const act = (one: BreakView, what: Partial<ActOnBreak>, key?: string) =>
  bench.reconciliations.act(
    bench.demo.caller,
    { breakId: idOf(one), action: 'resolve', reason: 'as agreed', ...what },
    request({ id: one.id, ...what }, key),
    'en',
  );
const audits = async () =>
  (
    await bench.owner.query<Record<string, unknown>>(
      'SELECT actor, act, subject, reason, before, after FROM audit ORDER BY at',
    )
  ).rows;

describe('an act on a break', () => {
  it('assigns it, then resolves it, each with an audit row', async () => {
    const { ours } = await broken();
    const assigned = await act(ours, { action: 'assign', owner: 'ops-7', reason: 'please look' });
    expect(assigned).toMatchObject({ status: 202, location: `/v1/support/reconciliations/${ours.reconciliationId}` });
    expect(JSON.parse(assigned.body)).toMatchObject({
      id: ours.id,
      state: 'assigned',
      owner: 'ops-7',
      resolution: null,
    });
    const resolved = JSON.parse((await act(ours, {})).body) as BreakView;
    const actor = toTypeId('key', bench.demo.caller.keyId);
    expect(resolved).toMatchObject({
      state: 'resolved',
      owner: 'ops-7',
      actions: [],
      resolution: { by: actor, reason: 'as agreed' },
    });
    expect(await audits()).toEqual([
      {
        actor,
        act: 'break.assign',
        subject: ours.id,
        reason: 'please look',
        before: { state: 'open', owner: null },
        after: { state: 'assigned', owner: 'ops-7' },
      },
      expect.objectContaining({ act: 'break.resolve', before: { state: 'assigned', owner: 'ops-7' } }),
    ]);
  });

  it('is refused once the break is closed, and changes nothing', async () => {
    const { ours } = await broken();
    await act(ours, {});
    for (const action of ['look-up', 'assign', 'resolve'] as const)
      await expect(act(ours, { action, owner: 'o' })).rejects.toMatchObject({
        code: 'BREAK_STATE',
        details: { state: 'resolved' },
      });
    expect(await audits()).toHaveLength(1);
    expect(bench.resyncs).toEqual([]);
  });

  it('that looks the operation up is a resync of it, and the same again for the same key', async () => {
    const { ours, theirs } = await broken();
    const first = await act(ours, { action: 'look-up' }, 'one-key');
    expect(first.location).toBe('/v1/support/resyncs/rsy_01h455vb4pex5vsknk084sn02q');
    expect(JSON.parse(first.body)).toMatchObject({ state: 'open', actions: ['look-up', 'assign', 'resolve'] });
    expect(await act(ours, { action: 'look-up' }, 'one-key')).toEqual({ ...first, replayed: true });
    expect(bench.resyncs).toHaveLength(1);
    const { rows } = await bench.owner.query<{ id: string }>('SELECT id FROM operation');
    expect(bench.resyncs[0]?.[1]).toEqual({
      scope: { operationIds: [rows[0]?.id] },
      dryRun: false,
      reason: 'as agreed',
    });
    await expect(act(theirs, { action: 'look-up' })).rejects.toMatchObject({ code: 'BREAK_STATE' });
    expect(theirs.actions).toEqual(['assign', 'resolve']);
  });

  it('asked for twice at once is done once', async () => {
    const { ours } = await broken();
    const answers = await Promise.all([1, 2, 3, 4].map(() => act(ours, {}, 'same')));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await audits()).toHaveLength(1);
    const rivals = await Promise.allSettled([1, 2, 3, 4].map((n) => act(ours, { action: 'assign', owner: `o${n}` })));
    expect(rivals.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  });

  it('is told in the caller’s language, a person’s reason in their own words', async () => {
    const { ours, theirs } = await broken();
    await act(ours, { reason: '已与供应商核对' });
    const run = idOf({ id: ours.reconciliationId ?? '' });
    const { items } = await bench.reconciliations.breaks(bench.demo.caller, run, {}, { limit: 10 }, 'zh');
    expect(items.find(({ id }) => id === ours.id)?.resolution?.reason).toBe('已与供应商核对');
    expect(items.find(({ id }) => id === theirs.id)?.message).toMatch(/供应商/);
  });

  it('by a person outlives other bytes of the settlement', async () => {
    const { ours } = await broken();
    await act(ours, {});
    const again = await bench.reconcile(D, { lines: [] });
    expect((await bench.breaks(again)).find(({ id }) => id === ours.id)).toMatchObject({ state: 'resolved' });
    expect(await brokenReconciliation(bench.owner)).toEqual([]);
    const mended = await bench.reconcile(D, { lines: [{ reference: reference(1), points: 500 }] });
    expect((await bench.breaks(mended)).find(({ id }) => id === ours.id)).toMatchObject({ state: 'resolved' });
  });
});

it('breaks are listed page by page and by state', async () => {
  for (let n = 1; n <= 7; n += 1) await stands(bench, { n });
  const run = await bench.reconcile(D, { lines: [] });
  const { reconciliations, demo, other } = bench;
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await reconciliations.breaks(demo.caller, idOf(run), { state: 'open' }, { limit: 3, cursor }, 'en');
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next ?? undefined;
    if (cursor !== undefined) {
      const foreign = reconciliations.breaks(other.caller, idOf(run), {}, { limit: 3, cursor }, 'en');
      await expect(foreign).rejects.toMatchObject({ code: 'INVALID' });
    }
  } while (cursor !== undefined);
  expect(new Set(seen).size).toBe(7);
  expect(seen).toEqual([...seen].sort().reverse());
  const resolved = await reconciliations.breaks(demo.caller, idOf(run), { state: 'resolved' }, { limit: 3 }, 'en');
  expect(resolved).toEqual({ items: [], next: null });
});

describe('signing off', () => {
  it.each([
    ['an open day', { lines: [], closed: false }, 'provisional'],
    ['an input that contradicts itself', { lines: [], fault: 'totals' as const }, 'quarantined'],
    ['a settlement that is not there', undefined, 'overdue'],
  ])('is refused for %s', async (_what, day, state) => {
    const run = await bench.reconcile(D, day);
    const signed = bench.reconciliations.signOff(bench.demo.caller, idOf(run), 'fine', request('x'));
    await expect(signed).rejects.toMatchObject({ code: 'RECONCILIATION_STATE', details: { state } });
    expect(await audits()).toEqual([]);
  });

  it('is refused for a run that another has superseded', async () => {
    const first = await bench.reconcile(D, { lines: [] });
    await bench.reconcile(D, { lines: [{ points: 1 }] });
    const signed = bench.reconciliations.signOff(bench.demo.caller, idOf(first), 'fine', request('x'));
    await expect(signed).rejects.toMatchObject({ code: 'RECONCILIATION_STATE', details: { state: 'superseded' } });
  });
});

describe('another look at the supplier', () => {
  const book = () => createBreakBook(bench.pools, () => 'Asia/Shanghai');
  const all = async () =>
    (await bench.owner.query<Record<string, unknown>>('SELECT * FROM break ORDER BY opened_at')).rows;

  it('that agrees closes what is open, and a settlement that still lacks the line leaves it closed', async () => {
    const id = await stands(bench, { n: 1 });
    const run = await bench.reconcile(D, { lines: [] });
    expect(await book().disputed(bench.demo.id, [id])).toEqual(new Set([id]));
    expect(await book().confirmed(bench.demo.id, id, { found: 'posted' })).toBe(1);
    expect(await book().confirmed(bench.demo.id, id, {})).toBe(0);
    expect(await book().disputed(bench.demo.id, [id])).toEqual(new Set());
    const [closed] = await bench.breaks(run);
    expect(closed).toMatchObject({
      state: 'auto-resolved',
      resolution: { by: 'look-up', reason: 'Asked again, the supplier says what we say.' },
    });
    const again = await bench.reconcile(D, { lines: [{ reference: reference(9), points: 1 }] });
    expect((await bench.breaks(again)).find((one) => one.id === closed?.id)?.state).toBe('auto-resolved');
  });

  it('does not take away a second posting', async () => {
    const id = await stands(bench, { n: 1 });
    const line = { reference: reference(1), points: 500 };
    await bench.reconcile(D, { lines: [line, line] });
    expect(await book().confirmed(bench.demo.id, id, {})).toBe(0);
    expect(await book().disputed(bench.demo.id, [id])).toEqual(new Set([id]));
  });

  it.each([
    [null, 'ours-only', 'not-in-the-settlement', 500, null, 'auto-resolved'],
    [480, 'different', 'points-differ', 20, { points: 480, kind: 'accrual', line: 0 }, 'open'],
  ])('that differs is a break, once: %j', async (theirPoints, kind, reason, difference, theirs, afterTheLine) => {
    const id = await stands(bench, { n: 1 });
    await Promise.all([1, 2, 3].map(() => book().differs(bench.demo.id, id, theirPoints, { found: 'x' })));
    const found = await all();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      kind,
      reason,
      difference: String(difference),
      state: 'open',
      run_id: null,
      evidence: { found: 'x' },
    });
    expect(found[0]?.['theirs'] ?? null).toEqual(theirs === null ? null : expect.objectContaining(theirs));
    const run = await bench.reconcile(D, { lines: [{ reference: reference(1), points: 500 }] });
    expect(await bench.breaks(run)).toEqual([
      expect.objectContaining({ reconciliationId: null, businessDate: D, state: afterTheLine }),
    ]);
  });

  it('that differs from an operation that ended otherwise', async () => {
    const id = await stands(bench, { n: 1, state: 'rejected', bookedAt: null });
    await book().differs(bench.demo.id, id, 500, {});
    expect((await all())[0]).toMatchObject({ reason: 'we-ended-it-otherwise', difference: '-500' });
  });

  it('found before the settlement came makes room for its break', async () => {
    const id = await stands(bench, { n: 1 });
    await book().differs(bench.demo.id, id, null, {});
    const run = await bench.reconcile(D, { lines: [] });
    const found = await bench.breaks(run);
    expect(found.map(({ state, reconciliationId }) => [state, reconciliationId]).sort()).toEqual([
      ['auto-resolved', null],
      ['open', run.id],
    ]);
    await book().differs(bench.demo.id, id, null, {});
    expect(await all()).toHaveLength(2);
  });

  it('of another tenant’s operation finds and changes nothing', async () => {
    const id = await stands(bench, { n: 1 });
    await bench.reconcile(D, { lines: [] });
    expect(await book().disputed(bench.other.id, [id])).toEqual(new Set());
    expect(await book().confirmed(bench.other.id, id, {})).toBe(0);
    await book().differs(bench.other.id, id, 1, {});
    expect((await all()).map(({ state }) => state)).toEqual(['open']);
  });
});
