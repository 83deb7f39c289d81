import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reference, standing, stands, verdicts } from '../core/reconcile/books.js';
import type { Told } from '../core/reconcile/fake-settlement.js';
import { idOf, openReconBench, type ReconBench } from '../core/reconcile/recon-bench.js';
import { CONNECTION, request } from '../store/store-bench.js';

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
const E = '2026-03-11';

/** A line that takes 100 points back from operation 1. */
const back = (supplierReference: string): Told => ({
  originalReference: reference(1),
  supplierReference,
  kind: 'reversal',
  points: -100,
});

describe('what takes an operation back without a reference of its own', () => {
  it('is paired with the one of its day where another has its line already', async () => {
    const originalId = await stands(bench, {
      n: 1,
      sentAt: '2026-03-09T12:00:00+08:00',
      bookedAt: '2026-03-09T12:00:01+08:00',
      supplierReference: 'S1',
    });
    const reversal = { kind: 'reversal', originalId, points: 100 } as const;
    await stands(bench, { n: 2, ...reversal });
    const sentAt = '2026-03-11T12:00:00+08:00';
    await stands(bench, { n: 3, ...reversal, sentAt, bookedAt: '2026-03-11T12:00:01+08:00' });

    expect(await verdicts(bench, await bench.reconcile(D, { lines: [back('X1')] }))).toEqual(['as-sent 2']);
    const next = await bench.reconcile(E, { lines: [back('X2')] });

    expect(await verdicts(bench, next)).toEqual(['as-sent 3']);
    expect(await bench.breaks(next)).toEqual([]);
  });

  it('is settled, and is no other kind of its original, where the supplier lists it under the original’s reference', async () => {
    const originalId = await stands(bench, { n: 1, supplierReference: 'S1' });
    const open = { state: 'needs-review', reviewReason: 'awaiting-file' } as const;
    const id = await stands(bench, { n: 2, kind: 'reversal', originalId, points: 100, ...open });

    const run = await bench.reconcile(D, {
      lines: [{ reference: reference(1), supplierReference: 'S1', points: 500 }, back('S1')],
    });

    expect(await verdicts(bench, run)).toEqual(['as-sent 1', 'settled-by-this-line 2']);
    expect(await standing(bench, id)).toMatchObject({ state: 'posted', supplier_reference: null });
  });
});

describe('a line that takes back other points than any open operation asked for', () => {
  it('is that operation’s all the same: a person looks, and it is never found absent', async () => {
    const originalId = await stands(bench, { n: 1, supplierReference: 'S1' });
    const open = { state: 'needs-review', reviewReason: 'awaiting-file' } as const;
    const id = await stands(bench, { n: 2, kind: 'reversal', originalId, points: 90, ...open });

    const run = await bench.reconcile(D, { lines: [{ reference: reference(1), points: 500 }, back('X1')] });
    const next = await bench.reconcile(E, { lines: [] });

    expect(await verdicts(bench, run)).toEqual(['as-sent 1', 'points-differ 2']);
    expect((await bench.breaks(run)).map(({ reason, difference }) => `${reason} ${difference}`)).toEqual([
      'points-differ 100',
    ]);
    expect(next.counts.oursOnly).toBe(0);
    expect(await standing(bench, id)).toMatchObject({ state: 'needs-review', review_reason: 'evidence-mismatch' });
  });
});

describe('a night that comes after others were missed', () => {
  it('opens the days since the newest run, and none where there never was a run', async () => {
    // By the clock of the fake scheme's zone, where it is the next day from 16:00 UTC on.
    const daysAgo = (days: number): string =>
      new Date(Date.now() + 8 * 3_600_000 - days * 86_400_000).toISOString().slice(0, 10);
    const opened = async (): Promise<string[]> => {
      await bench.runner.openNight(CONNECTION);
      const runs = await bench.owner.query<{ day: string }>(
        'SELECT business_date::text AS day FROM recon_run ORDER BY business_date',
      );
      return runs.rows.map((run) => run.day);
    };
    expect(await opened()).toEqual([daysAgo(1)]);
    await bench.owner.query(`UPDATE recon_run SET business_date = business_date - 3`);
    expect(await opened()).toEqual([4, 3, 2, 1].map(daysAgo));
    expect(await opened()).toHaveLength(4);
  });
});

describe('a break that a person has closed', () => {
  it('opens anew when the supplier’s next settlement comes to other points', async () => {
    await stands(bench, { n: 1 });
    const told = (points: number) => ({ lines: [{ reference: reference(1), points }] });
    const [found] = await bench.breaks(await bench.reconcile(D, told(510)));
    const acted = { breakId: idOf(found ?? { id: '' }), action: 'resolve', reason: 'theirs is right' } as const;
    await bench.reconciliations.act(bench.demo.caller, acted, request(acted), 'en');

    const same = await bench.reconcile(D, { lines: [...told(510).lines, { reference: reference(9), points: 1 }] });
    expect((await bench.breaks(same)).map(({ difference, state }) => `${difference} ${state}`)).toEqual([
      '-1 open',
      '-10 resolved',
    ]);
    const other = await bench.reconcile(D, told(950));
    expect(other.openBreaks).toBe(1);
    expect((await bench.breaks(other)).map(({ difference, state }) => `${difference} ${state}`)).toContain('-450 open');
  });
});
