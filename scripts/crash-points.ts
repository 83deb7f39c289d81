import { writeDocs } from './crash-points/docs.js';
import { SCHEMES } from './crash-points/kinds.js';
import { type CrashOptions, HELP, readOptions } from './crash-points/options.js';
import { openPlace } from './crash-points/place.js';
import { EVERY_KIND_FROM, planRounds } from './crash-points/plan.js';
import { reckon } from './crash-points/reckoning.js';
import { pointsOf, print, type Report, report, type RoundResult } from './crash-points/report.js';
import { atRest, type Played, playRound } from './crash-points/rounds.js';
import { openWorld, type World } from './crash-points/world.js';

async function run(options: CrashOptions): Promise<Report> {
  const from = performance.now();
  const tell = (line: string): void => {
    if (!options.json) console.log(`${((performance.now() - from) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  };
  const redisUrl = options.queue === 'redis' ? (process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379') : null;
  const place = await openPlace(redisUrl);
  try {
    const world = await openWorld(place, SCHEMES, redisUrl ?? place.processes.ownerUrl);
    try {
      const results = await playRounds(world, options, tell);
      tell('closing and reconciling the days');
      const reckoning = await reckon(world);
      return report(options, results, reckoning, place.deaths(), (performance.now() - from) / 1000);
    } finally {
      await world.close();
    }
  } finally {
    await place.stop();
  }
}

/** With as many hits as the bar asks for each round comes to rest before the next begins; the short run waits once, at the end. */
async function playRounds(world: World, options: CrashOptions, tell: (line: string) => void): Promise<RoundResult[]> {
  const rounds = planRounds(options.hits, pointsOf(options));
  const results: RoundResult[] = [];
  let waiting: Played[] = [];
  for (const [index, round] of rounds.entries()) {
    tell(`round ${index + 1} of ${rounds.length}: ${round.kind.name}`);
    waiting.push(
      await playRound(world, round, ({ point, died }) => {
        tell(`  ${died ? 'died' : 'nobody came by'} ${point}`);
      }),
    );
    if (options.hits < EVERY_KIND_FROM && index < rounds.length - 1) continue;
    for (const { done } of waiting) await done;
    results.push({ hits: waiting.flatMap(({ hits }) => hits), open: await atRest(world) });
    waiting = [];
    tell('  at rest');
  }
  return results;
}

async function main(): Promise<number> {
  let options: CrashOptions | null;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}; see npm run crash-points -- --help`);
    return 2;
  }
  if (options === null) {
    console.log(HELP);
    return 0;
  }
  if (options.writeDocs) {
    writeDocs();
    return 0;
  }
  const done = await run(options);
  if (options.json) console.log(JSON.stringify(done));
  else print(done);
  return done.wrong.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
