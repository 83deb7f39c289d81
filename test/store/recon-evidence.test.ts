import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reference, standing, type Stands, stands, verdicts } from '../core/reconcile/books.js';
import { openReconBench, type ReconBench } from '../core/reconcile/recon-bench.js';

let bench: ReconBench;
beforeEach(async () => {
  bench = await openReconBench();
});
afterEach(async () => {
  expect(bench.errors).toEqual([]);
  await bench.runner.stop();
  await bench.close();
});

const D = '2026-03-10';
const UNKNOWN = { n: 1, state: 'unknown', bookedAt: null } as const;
const EMPTY = { lines: [] };
const line = (different: object = {}) => ({
  reference: reference(1),
  points: 500,
  supplierReference: 'S1',
  ...different,
});

describe('a line of an operation whose outcome is open', () => {
  const open: Record<string, Omit<Stands, 'n'>> = {
    unknown: { state: 'unknown' },
    submitted: { state: 'submitted' },
    'in review': { state: 'needs-review', reviewReason: 'look-ups-exhausted' },
    'being sent': { state: 'sending' },
    'waiting to be sent once more': { state: 'queued' },
  };
  it.each(Object.entries(open))('posts it: %s', async (_what, how) => {
    const id = await stands(bench, { n: 1, bookedAt: null, ...how });
    const run = await bench.reconcile(D, { lines: [line()] });
    expect(await verdicts(bench, run)).toEqual(['settled-by-this-line 1']);
    expect(run).toMatchObject({ counts: { matched: 1 }, points: { ours: 500, theirs: 500 }, openBreaks: 0 });
    expect(await standing(bench, id)).toMatchObject({
      state: 'posted',
      supplier_reference: 'S1',
      business_date: D,
      evidence: { by: 'settlement' },
    });
  });

  it.each(['confirming', 'unknown', 'needs-review'] as const)('confirms a redemption: %s', async (state) => {
    const reviewReason = state === 'needs-review' ? { reviewReason: 'look-ups-exhausted' } : {};
    const id = await stands(bench, { ...UNKNOWN, kind: 'redemption', state, ...reviewReason });
    const run = await bench.reconcile(D, { lines: [line({ kind: 'redemption', points: -500 })] });
    expect(await verdicts(bench, run)).toEqual(['settled-by-this-line 1']);
    expect(await standing(bench, id)).toMatchObject({ state: 'confirmed', business_date: D });
  });

  it.each([{ points: 510 }, { memberNumber: '2' }, { kind: 'refund' as const }])(
    'does not post it where it says otherwise: %j',
    async (different) => {
      const id = await stands(bench, UNKNOWN);
      const run = await bench.reconcile(D, { lines: [line(different)] });
      expect(await standing(bench, id)).toMatchObject({ state: 'needs-review', review_reason: 'evidence-mismatch' });
      const [found] = await bench.breaks(run);
      expect(found).toMatchObject({ kind: 'different', difference: -(different.points ?? 500) });
    },
  );

  it('under a supplier reference that is another’s is set aside', async () => {
    await stands(bench, { n: 2, supplierReference: 'S1' });
    const id = await stands(bench, UNKNOWN);
    const run = await bench.reconcile(D, { lines: [line()] });
    expect(await standing(bench, id)).toMatchObject({ review_reason: 'supplier-reference-taken' });
    expect(await verdicts(bench, run)).toEqual(['we-ended-it-otherwise 1', 'not-in-the-settlement 2']);
  });

  it('applied by a second run over other bytes changes nothing', async () => {
    const id = await stands(bench, UNKNOWN);
    await bench.reconcile(D, { lines: [line()] });
    const before = await standing(bench, id);
    const again = await bench.reconcile(D, { lines: [line(), { reference: reference(7), points: 1 }] });
    expect(await verdicts(bench, again)).toEqual(['settled-by-this-line 1', 'reference-never-sent 7']);
    expect(await standing(bench, id)).toEqual(before);
  });

  it('that the corrected settlement no longer has leaves it posted, and is a break', async () => {
    const id = await stands(bench, UNKNOWN);
    await bench.reconcile(D, { lines: [line()] });
    const again = await bench.reconcile(D, EMPTY);
    expect(await standing(bench, id)).toMatchObject({ state: 'posted' });
    expect(await bench.breaks(again)).toEqual([expect.objectContaining({ kind: 'ours-only', difference: 500 })]);
  });
});

describe('an operation that two closed days do not have', () => {
  const nextDay = async (): Promise<void> => {
    await bench.reconcile(D, EMPTY);
    await bench.reconcile('2026-03-11', EMPTY);
  };

  it.each([
    { state: 'unknown' as const },
    { state: 'needs-review' as const, reviewReason: 'awaiting-file' },
    { state: 'needs-review' as const, reviewReason: 'look-ups-exhausted' },
  ])('is absent, and sent again: %j', async (how) => {
    const id = await stands(bench, { ...UNKNOWN, ...how });
    await bench.reconcile(D, EMPTY);
    expect(await standing(bench, id)).toMatchObject({ state: how.state });
    const second = await bench.reconcile('2026-03-11', EMPTY);
    expect(await standing(bench, id)).toMatchObject({ state: 'queued', evidence: { by: 'settlement', absent: true } });
    expect(await verdicts(bench, second)).toEqual([]);
  });

  it('is absent whichever day was reconciled first', async () => {
    const id = await stands(bench, UNKNOWN);
    await bench.reconcile('2026-03-11', EMPTY);
    expect(await standing(bench, id)).toMatchObject({ state: 'unknown' });
    await bench.reconcile(D, EMPTY);
    expect(await standing(bench, id)).toMatchObject({ state: 'queued' });
  });

  it('is absent only once the days reach beyond the time in which a lost request may still have its effect', async () => {
    const id = await stands(bench, { ...UNKNOWN, lastSentAt: '2026-03-10T23:59:55+08:00' });
    const before = await standing(bench, id);
    await bench.reconcile(D, { lines: [], closedAt: '2026-03-11T00:00:00+08:00' });
    await bench.reconcile('2026-03-11', { lines: [], closedAt: '2026-03-11T00:00:10+08:00' });
    expect(await standing(bench, id)).toEqual(before);
    await bench.reconcile('2026-03-12', { lines: [], closedAt: '2026-03-11T00:00:15+08:00' });
    expect(await standing(bench, id)).toMatchObject({ state: 'queued', evidence: { by: 'settlement', absent: true } });
  });

  it('goes back to its hold where it was a confirm', async () => {
    const id = await stands(bench, { ...UNKNOWN, kind: 'redemption' });
    await nextDay();
    expect(await standing(bench, id)).toMatchObject({ state: 'held' });
  });

  const kept: Record<string, Omit<Stands, 'n'>> = {
    'it was accepted and may be posted later': { state: 'submitted' },
    'a person looks at it for another reason': { state: 'needs-review', reviewReason: 'evidence-mismatch' },
    'it was sent once more on the second day': { lastSentAt: '2026-03-11T12:00:00+08:00', attempts: 2 },
    'it was begun on a day that nobody reconciled': {
      sentAt: '2026-03-09T12:00:00+08:00',
      lastSentAt: '2026-03-10T12:00:00+08:00',
    },
    'its trip is not over, and the night after it may still post it': { trip: '2026-03-11' },
    'it was a hold, which no settlement lists': { kind: 'redemption', step: 'hold' },
  };
  it.each(Object.entries(kept))('is not concluded where %s', async (_what, how) => {
    const id = await stands(bench, { ...UNKNOWN, ...how });
    const before = await standing(bench, id);
    await nextDay();
    expect(await standing(bench, id)).toEqual(before);
  });

  it.each(['first', 'second'])('is not concluded from an open day: the %s', async (which) => {
    const id = await stands(bench, UNKNOWN);
    await bench.reconcile(D, { ...EMPTY, closed: which !== 'first' });
    await bench.reconcile('2026-03-11', { ...EMPTY, closed: which !== 'second' });
    expect(await standing(bench, id)).toMatchObject({ state: 'unknown' });
    await bench.reconcile(which === 'first' ? D : '2026-03-11', EMPTY);
    expect(await standing(bench, id)).toMatchObject({ state: 'queued' });
  });

  it('is not concluded where the second day has it', async () => {
    const id = await stands(bench, UNKNOWN);
    await bench.reconcile(D, EMPTY);
    await bench.reconcile('2026-03-11', { lines: [line()] });
    expect(await standing(bench, id)).toMatchObject({ state: 'posted', business_date: '2026-03-11' });
  });
});
