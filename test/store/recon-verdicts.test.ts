import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reference, stands } from '../core/reconcile/books.js';
import { openReconBench, type ReconBench } from '../core/reconcile/recon-bench.js';

let bench: ReconBench;
beforeEach(async () => {
  bench = await openReconBench();
});
afterEach(async () => {
  await bench.runner.stop();
  await bench.close();
});

const D = '2026-03-10';

describe('a closed day', () => {
  it('that agrees has no break', async () => {
    await stands(bench, { n: 1 });
    await stands(bench, { n: 2, kind: 'redemption', points: 200, supplierReference: 'R2' });
    const run = await bench.reconcile(D, {
      lines: [
        { reference: reference(1), points: 500 },
        { supplierReference: 'R2', kind: 'redemption', points: -200 },
      ],
    });
    expect(bench.errors).toEqual([]);
    expect(run).toMatchObject({
      state: 'completed',
      provisional: false,
      counts: { lines: 2, matched: 2, oursOnly: 0, late: 0 },
      points: { ours: 300, theirs: 300 },
      openBreaks: 0,
    });
    expect(run.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});
