import { describe, expect, it, jest } from '@jest/globals';
import { readOptions } from '../../scripts/simulate/options.js';
import { failure, report } from '../../scripts/simulate/report.js';
import { PLANTED, type Planted } from './options.js';
import { type Outcome, runSeed } from './run-seed.js';
import { tallyOf } from './tally.js';

const SEEDS = 150;
const STEPS = 100;
/** Rare courses need a few more; none has needed half of this. */
const CAUGHT_WITHIN = 120;
/** Nothing here waits; a machine with much else to do is slow all the same. */
const PATIENCE_MS = 180_000;

jest.setTimeout(PATIENCE_MS);

/** The first seed in which something breaks. */
async function firstBroken(planted: Planted): Promise<Outcome | null> {
  for (let seed = 1; seed <= CAUGHT_WITHIN; seed += 1) {
    const outcome = await runSeed({ seed, steps: 200, planted });
    if (outcome.broken !== null) return outcome;
  }
  return null;
}

describe('the simulation', () => {
  it(`holds every invariant over ${SEEDS} seeds, and meets every fault and every end`, async () => {
    const outcomes: Outcome[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) outcomes.push(await runSeed({ seed, steps: STEPS }));
    expect(outcomes.flatMap(({ seed, broken }) => (broken === null ? [] : [{ seed, ...broken }]))).toEqual([]);
    const tally = tallyOf(outcomes);
    const asked = readOptions(['--seeds', String(SEEDS), '--steps', String(STEPS)]);
    expect(report(asked, tally, { seconds: 1, userCpuSeconds: 1, repeated: 0 })).toContain(tally.hash);
    for (const met of ['committed late', 'dropped after commit', 'worker killed', 'frozen before the first byte']) {
      expect(tally.faults).toHaveProperty([met]);
    }
    for (const end of ['posted', 'confirmed', 'released', 'expired', 'rejected', 'needs-review: awaiting-file']) {
      expect(tally.states).toHaveProperty([end]);
    }
  });

  it('gives the same trace for the same seed, and another for another', async () => {
    const run = async (seed: number): Promise<{ hash: string; lines: string[] }> => {
      const lines: string[] = [];
      const { hash } = await runSeed({ seed, steps: STEPS, onLine: (line) => lines.push(line) });
      return { hash, lines };
    };
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(again).toEqual(first);
    expect(first.lines.length).toBeGreaterThan(STEPS);
    expect(other.hash).not.toBe(first.hash);
  });
});

describe('a fault in our own code is caught:', () => {
  it.each(PLANTED)('%s', async (planted) => {
    const outcome = await firstBroken(planted);
    expect(outcome?.broken?.invariant).toEqual(expect.any(String));
    const { seed } = outcome as Outcome;
    const told = failure(
      readOptions(['--seed', String(seed), '--steps', '200', '--plant', planted]),
      outcome as Outcome,
    );
    expect(told).toContain(`npm run simulate -- --seed ${seed} --steps 200 --plant '${planted}'`);
    const again = await runSeed({ seed, steps: 200, planted });
    expect(again).toEqual(outcome);
  });
});
