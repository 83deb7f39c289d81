import { CRASH_POINTS, type CrashPoint } from '../src/spec/crash-point.js';
import { writeDocs } from './crash-points/docs.js';
import { SCHEMES } from './crash-points/kinds.js';
import { type CrashOptions, HELP, readOptions } from './crash-points/options.js';
import { openPlace } from './crash-points/place.js';
import { EVERY_KIND_FROM, planRounds } from './crash-points/plan.js';
import { type Reckoning, reckon, wrongIn } from './crash-points/reckoning.js';
import { atRest, type Hit, type Played, playRound } from './crash-points/rounds.js';
import { openWorld, type World } from './crash-points/world.js';
import { table } from './demo/table.js';

/** Everything that a run came to; `wrong` is empty when all bars hold. */
interface Report {
  readonly points: readonly {
    readonly point: CrashPoint;
    readonly kinds: readonly string[];
    readonly hits: number;
    readonly result: string;
  }[];
  readonly reckoning: Reckoning;
  readonly deaths: number;
  readonly seconds: number;
  readonly wrong: readonly string[];
}

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

/** What happened in one round, or in all of those that were not waited for. */
interface RoundResult {
  readonly hits: readonly Hit[];
  readonly open: readonly string[];
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

function pointsOf({ only }: CrashOptions): readonly CrashPoint[] {
  return CRASH_POINTS.filter((point) => only.length === 0 || only.some((text) => point.includes(text)));
}

function report(
  options: CrashOptions,
  results: readonly RoundResult[],
  reckoning: Reckoning,
  deaths: number,
  seconds: number,
): Report {
  const hits = results.flatMap((result) => result.hits.map((hit) => ({ ...hit, open: result.open.length })));
  const points = pointsOf(options).map((point) => {
    const died = hits.filter((hit) => hit.point === point && hit.died);
    const atRest = died.every(({ open }) => open === 0);
    const result = died.length < options.hits ? 'too few' : atRest ? 'at rest' : 'not at rest';
    return { point, kinds: [...new Set(died.map(({ kind }) => kind))], hits: died.length, result };
  });
  const wrong = [
    ...points
      .filter(({ result }) => result !== 'at rest')
      .map(({ point, hits: count, result }) => `${point}: ${count} hits, ${result}`),
    ...results.flatMap(({ open }) => open.map((one) => `open after its round: ${one}`)),
    ...wrongIn(reckoning),
  ];
  return { points, reckoning, deaths, seconds, wrong };
}

function print({ points, reckoning, deaths, seconds: took, wrong }: Report): void {
  const rows = points.map(({ point, kinds, hits, result }) => [point, hits, result, kinds.join('; ')]);
  console.log(`\n${table(['point', 'hits', 'result', 'work under way'], rows)}\n`);
  const books = reckoning.schemes.map(({ scheme, ours, theirs }) => [
    scheme,
    ours.count,
    ours.points,
    theirs.count,
    theirs.points,
  ]);
  console.log(`${table(['scheme', 'our postings', 'our points', 'their postings', 'their points'], books)}\n`);
  for (const one of wrong) console.log(`WRONG  ${one}`);
  const hits = points.reduce((sum, point) => sum + point.hits, 0);
  console.log(
    `${points.length} points, ${hits} hits, ${deaths} deaths, ${reckoning.promised} operations in ${took.toFixed(0)} s: ` +
      (wrong.length === 0 ? 'nothing lost, nothing twice, everything at rest.' : `${wrong.length} things are wrong.`),
  );
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
  if (options.json) console.log(JSON.stringify(done, null, 2));
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
