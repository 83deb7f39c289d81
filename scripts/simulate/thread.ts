import { parentPort } from 'node:worker_threads';
import { type Outcome, runSeed } from '../../test/simulation/run-seed.js';
import type { SimulationOptions } from '../../test/simulation/options.js';

/** Some seeds for a thread to run, one after the other. */
export interface Portion {
  readonly seeds: readonly number[];
  readonly options: Omit<SimulationOptions, 'seed' | 'onLine'>;
}

/** How they went. */
export interface Done {
  readonly outcomes: readonly Outcome[];
  /** How many were run a second time. */
  readonly repeated: number;
  /** One whose second run was another. */
  readonly unlike: number | null;
}

/** Every so many seeds one is run again: the same seed has to give the same trace. */
const REPEATED_EVERY = 50;

async function runPortion({ seeds, options }: Portion): Promise<Done> {
  const outcomes: Outcome[] = [];
  let repeated = 0;
  for (const seed of seeds) {
    const outcome = await runSeed({ ...options, seed });
    outcomes.push(outcome);
    if (outcome.broken !== null) break;
    if (seed % REPEATED_EVERY !== 0) continue;
    repeated += 1;
    if ((await runSeed({ ...options, seed })).hash !== outcome.hash) return { outcomes, repeated, unlike: seed };
  }
  return { outcomes, repeated, unlike: null };
}

parentPort?.on('message', (portion: Portion) => {
  void runPortion(portion).then((done) => parentPort?.postMessage(done));
});
