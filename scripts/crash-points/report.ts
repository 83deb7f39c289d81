import { CRASH_POINTS, type CrashPoint } from '../../src/spec/crash-point.js';
import { table } from '../demo/table.js';
import type { CrashOptions } from './options.js';
import { type Reckoning, wrongIn } from './reckoning.js';
import type { Hit } from './rounds.js';

/** What happened in one round, or in all of those that were not waited for. */
export interface RoundResult {
  readonly hits: readonly Hit[];
  readonly open: readonly string[];
}

/** Everything that a run came to; `wrong` is empty when all bars hold. */
export interface Report {
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

/** The points that a run is about. */
export function pointsOf({ only }: CrashOptions): readonly CrashPoint[] {
  return CRASH_POINTS.filter((point) => only.length === 0 || only.some((text) => point.includes(text)));
}

/** Adds up a run, and says what goes against the bars. */
export function report(
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

/** Writes the tables and the last line. */
export function print({ points, reckoning, deaths, seconds: took, wrong }: Report): void {
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
