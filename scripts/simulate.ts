import { type Outcome, runSeed } from '../test/simulation/run-seed.js';
import { tallyOf } from '../test/simulation/tally.js';
import { type Asked, readOptions } from './simulate/options.js';
import { showProgress } from './simulate/progress.js';
import { failure, replay, report, type Run } from './simulate/report.js';
import { runAll } from './simulate/threads.js';

/** Runs the seeds and tells how it went; 1 when something broke. */
async function simulate(asked: Asked): Promise<number> {
  if (asked.trace) return traceOne(asked);
  const from = performance.now();
  const outcomes: Outcome[] = [];
  const twice: { repeated: number; unlike: number | null } = { repeated: 0, unlike: null };
  const progress = showProgress(asked.seeds, process.stderr);
  await runAll(asked, (done) => {
    outcomes.push(...done.outcomes);
    twice.repeated += done.repeated;
    twice.unlike ??= done.unlike;
    progress.at(outcomes.length);
  });
  progress.end();
  const run: Run = {
    seconds: (performance.now() - from) / 1000,
    userCpuSeconds: process.cpuUsage().user / 1_000_000,
    repeated: twice.repeated,
  };
  const { unlike } = twice;
  const broken = outcomes.filter((one) => one.broken !== null).sort((a, b) => a.seed - b.seed);
  const tally = tallyOf(outcomes);
  if (asked.json) {
    console.log(JSON.stringify({ ...tally, ...run, steps: tally.steps, broken, unlike }, null, 2));
  } else if (broken[0] !== undefined) console.log(failure(asked, broken[0]));
  else if (unlike !== null)
    console.log(`seed ${unlike} gave another trace the second time; replay: ${replay(asked, unlike)}`);
  else console.log(report(asked, tally, run));
  return broken.length === 0 && unlike === null ? 0 : 1;
}

/** One seed, event by event. */
async function traceOne(asked: Asked): Promise<number> {
  const { from: seed, steps, planted } = asked;
  const outcome = await runSeed({ seed, steps, planted, onLine: (line) => console.log(line) });
  console.log(outcome.broken === null ? `hash ${outcome.hash}` : `\n${failure(asked, outcome)}`);
  return outcome.broken === null ? 0 : 1;
}

simulate(readOptions(process.argv.slice(2))).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : error);
    process.exit(1);
  },
);
