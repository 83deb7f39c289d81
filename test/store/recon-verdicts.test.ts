import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reference, standing, type Stands, stands, verdicts } from '../core/reconcile/books.js';
import type { Told } from '../core/reconcile/fake-settlement.js';
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
const line = (n: number, different: Partial<Told> = {}): Told => ({
  reference: reference(n),
  points: 500,
  ...different,
});

/** Books and lines of one day, what every verdict is, and the breaks as `kind reason difference`. */
const cases: Readonly<Record<string, { ours: Omit<Stands, 'n'>; lines: Told[]; found: string[]; breaks?: string[] }>> =
  {
    'a line that says what we say': { ours: {}, lines: [line(1)], found: ['as-sent 1'] },
    'a redemption under the supplier’s own reference': {
      ours: { kind: 'redemption', points: 200, supplierReference: 'R2' },
      lines: [{ supplierReference: 'R2', kind: 'redemption', points: -200 }],
      found: ['as-sent 1'],
    },
    'what is booked and not listed': {
      ours: {},
      lines: [],
      found: ['not-in-the-settlement 1'],
      breaks: ['ours-only not-in-the-settlement 500'],
    },
    'a redemption that is not listed': {
      ours: { kind: 'redemption' },
      lines: [],
      found: ['not-in-the-settlement 1'],
      breaks: ['ours-only not-in-the-settlement -500'],
    },
    'a reference that we never sent': {
      ours: {},
      lines: [line(1), line(2, { points: 70 })],
      found: ['as-sent 1', 'reference-never-sent 2'],
      breaks: ['theirs-only reference-never-sent -70'],
    },
    'the same line twice': {
      ours: { supplierReference: 'S1' },
      lines: [line(1, { supplierReference: 'S1' }), line(1, { supplierReference: 'S1' })],
      found: ['as-sent 1', 'line-repeated 1'],
      breaks: ['duplicated line-repeated -500'],
    },
    'the same operation posted twice, the second time first': {
      ours: { supplierReference: 'S1' },
      lines: [line(1, { supplierReference: 'S9', points: 400 }), line(1, { supplierReference: 'S1' })],
      found: ['line-repeated 1', 'as-sent 1'],
      breaks: ['duplicated line-repeated -400'],
    },
    'other points': {
      ours: {},
      lines: [line(1, { points: 510 })],
      found: ['points-differ 1'],
      breaks: ['different points-differ -10'],
    },
    'points that only whole numbers can tell apart': {
      ours: { points: 9_007_199_254_740_000 },
      lines: [line(1, { points: 9_007_199_254_740_001 })],
      found: ['points-differ 1'],
      breaks: ['different points-differ -1'],
    },
    'another member': {
      ours: {},
      lines: [line(1, { memberNumber: '2' })],
      found: ['member-differs 1'],
      breaks: ['different member-differs 0'],
    },
    'another kind': {
      ours: {},
      lines: [line(1, { kind: 'refund' })],
      found: ['kind-differs 1'],
      breaks: ['different kind-differs 0'],
    },
    'our reference a second time, as another kind': {
      ours: {},
      lines: [line(1, { kind: 'reversal', points: -500 }), line(1)],
      found: ['kind-differs 1', 'as-sent 1'],
      breaks: ['different kind-differs 500'],
    },
    'a day that is more than one away': {
      ours: { businessDate: '2026-03-08' },
      lines: [line(1)],
      found: ['day-differs 1'],
      breaks: ['different day-differs 0'],
    },
    'an operation that was refused': {
      ours: { state: 'rejected', bookedAt: null },
      lines: [line(1)],
      found: ['we-ended-it-otherwise 1'],
      breaks: ['different we-ended-it-otherwise -500'],
    },
    'a redemption whose hold ran out': {
      ours: { kind: 'redemption', state: 'expired', step: 'hold', bookedAt: null },
      lines: [line(1, { kind: 'redemption', points: -500 })],
      found: ['we-ended-it-otherwise 1'],
      breaks: ['different we-ended-it-otherwise 500'],
    },
    'an operation that waits and was never sent': {
      ours: { state: 'queued', sentAt: null, bookedAt: null },
      lines: [line(1)],
      found: ['we-never-sent-it 1'],
      breaks: ['different we-never-sent-it -500'],
    },
    'a redemption that is only held': {
      ours: { kind: 'redemption', state: 'held', step: 'hold', bookedAt: null },
      lines: [line(1, { kind: 'redemption', points: -500 })],
      found: ['we-never-sent-it 1'],
      breaks: ['different we-never-sent-it 500'],
    },
    'an operation whose outcome is open': {
      ours: { state: 'unknown', bookedAt: null },
      lines: [],
      found: ['outcome-still-open 1'],
    },
    'what never reached the supplier': {
      ours: { state: 'cancelled', sentAt: null, bookedAt: null },
      lines: [],
      found: [],
    },
  };

describe('a closed day', () => {
  it.each(Object.entries(cases))('with %s', async (_what, { ours, lines, found, breaks = [] }) => {
    await stands(bench, { n: 1, ...ours });
    const run = await bench.reconcile(D, { lines });
    expect(run).toMatchObject({ state: 'completed', provisional: false, openBreaks: breaks.length });
    expect(await verdicts(bench, run)).toEqual(found);
    const told = await bench.breaks(run);
    expect(told.map(({ kind, reason, difference }) => `${kind} ${reason} ${difference}`)).toEqual(breaks);
    for (const { state, message, businessDate } of told) {
      expect({ state, businessDate }).toEqual({ state: 'open', businessDate: D });
      expect(message.length).toBeGreaterThan(20);
    }
  });

  it('whose lines come to what is booked has equal sums, whatever the order', async () => {
    await stands(bench, { n: 1 });
    await stands(bench, { n: 2, kind: 'redemption', points: 200 });
    await stands(bench, { n: 3, kind: 'reversal', points: 100 });
    await stands(bench, { n: 4, kind: 'refund', points: 50 });
    const run = await bench.reconcile(D, {
      lines: [
        line(3, { kind: 'reversal', points: -100 }),
        line(2, { kind: 'redemption', points: -200 }),
        line(4, { kind: 'refund', points: 50 }),
        line(1),
      ],
    });
    expect(run).toMatchObject({ counts: { lines: 4, matched: 4 }, points: { ours: 250, theirs: 250 }, openBreaks: 0 });
    expect(run.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(run.cutOff).toBe('2026-03-10T16:00:00.000Z');
  });

  it('lists both sides of a break next to each other', async () => {
    await stands(bench, { n: 1, businessDate: D, supplierReference: 'S1' });
    const run = await bench.reconcile(D, { lines: [line(1, { points: 510, supplierReference: 'S1' })] });
    expect(await bench.breaks(run)).toEqual([
      expect.objectContaining({
        reconciliationId: run.id,
        kind: 'different',
        reference: reference(1),
        supplierReference: 'S1',
        difference: -10,
        ours: { points: 500, kind: 'accrual', state: 'posted', date: D },
        theirs: { points: 510, kind: 'accrual', line: 1, postedAt: '2026-03-10T04:00:00.000Z' },
        actions: ['look-up', 'assign', 'resolve'],
        resolution: null,
      }),
    ]);
  });
});

describe('a line that names only what it takes back', () => {
  const back = (points: number, supplierReference: string): Told => ({
    originalReference: reference(1),
    supplierReference,
    kind: 'reversal',
    points,
  });

  it('settles the open operation of its points, each line one of them, and more lines are repetitions', async () => {
    const originalId = await stands(bench, { n: 1, businessDate: '2026-03-09' });
    const open = { kind: 'reversal', state: 'unknown', points: 100, bookedAt: null, originalId } as const;
    const first = await stands(bench, { n: 2, ...open });
    const second = await stands(bench, { n: 3, ...open, points: 40 });
    const run = await bench.reconcile(D, {
      lines: [back(-40, 'L1'), back(-100, 'L2'), back(-100, 'L3'), back(-7, 'L4')],
    });
    expect(await verdicts(bench, run)).toEqual([
      'settled-by-this-line 3',
      'settled-by-this-line 2',
      'line-repeated 2',
      'reference-never-sent',
    ]);
    expect(await standing(bench, first)).toMatchObject({ state: 'posted', supplier_reference: 'L2', business_date: D });
    expect(await standing(bench, second)).toMatchObject({ state: 'posted', supplier_reference: 'L1' });
    const breaks = await bench.breaks(run);
    expect(breaks.map(({ kind, difference }) => [kind, difference]).sort()).toEqual([
      ['duplicated', 100],
      ['theirs-only', 7],
    ]);
  });
});
