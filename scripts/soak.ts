import { openProgress } from '../src/cli/progress.js';
import { HELP, readOptions, type SoakOptions } from './soak/options.js';
import { failures, report } from './soak/report.js';
import { soak } from './soak/run.js';
import { exitWith } from './exit-with.js';

/** `npm run soak`: see `HELP`. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    console.log(HELP);
    return 0;
  }
  const wrong: string[] = [];
  for (const queue of options.queues) wrong.push(...(await soakOn(queue, options)));
  for (const line of wrong) console.error(line);
  return wrong.length === 0 ? 0 : 1;
}

async function soakOn(queue: 'postgres' | 'redis', options: SoakOptions): Promise<string[]> {
  const progress = openProgress();
  const outcome = await soak(queue, options, (share, note) => progress.show(share, note));
  progress.end();
  console.log(options.json ? JSON.stringify(outcome, null, 2) : report(outcome));
  return failures(outcome).map((line) => `soak on ${queue}: ${line}`);
}

exitWith(main);
