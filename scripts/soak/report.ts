import { table } from '../demo/table.js';
import type { SoakOutcome } from './run.js';

const MEMORY_MB = 400;

/** Every bar that was missed, in words; none is what a soak has to come to. */
export function failures({ reckoning, rest, memoryMb, load, options }: SoakOutcome): string[] {
  const { lost, twice, surplus, contradictions, books, brokenInvariants } = reckoning;
  const unequal = books.filter(({ ours, theirs }) => ours !== theirs);
  const answered =
    load.accruals + load.redemptions + Object.values(load.refused).reduce((sum, count) => sum + count, 0);
  return [
    ...(answered < options.operations ? [`${options.operations - answered} requests got no answer at all`] : []),
    ...few('lost', lost),
    ...few('twice', twice),
    ...(surplus === 0 ? [] : [`${surplus} operations exist that nobody was told of`]),
    ...few('contradiction', contradictions),
    ...few('still open after 120 s', rest.open),
    ...unequal.map(({ scheme, ours, theirs }) => `the books of ${scheme} differ: ours ${ours}, theirs ${theirs}`),
    ...few('broken invariant', brokenInvariants),
    ...Object.entries(memoryMb)
      .filter(([, mb]) => mb > MEMORY_MB)
      .map(([name, mb]) => `${name} took ${mb} MB, more than ${MEMORY_MB}`),
  ];
}

function few(what: string, all: readonly string[]): string[] {
  const shown = all.slice(0, 5).map((one) => `${what}: ${one}`);
  return all.length > shown.length ? [...shown, `${what}: and ${all.length - shown.length} more`] : shown;
}

/** The one table of a soak. */
export function report(outcome: SoakOutcome): string {
  const { queue, options, load, reckoning, rest, machine } = outcome;
  const sums = reckoning.books.reduce((sum, one) => ({ ours: sum.ours + one.ours, theirs: sum.theirs + one.theirs }), {
    ours: 0,
    theirs: 0,
  });
  const rows: [string, string][] = [
    ['queue', `${queue}, seed ${options.seed}`],
    ['operations', `${load.accruals} accruals and ${load.redemptions} redemptions by ${outcome.links} members`],
    ['answered otherwise', counted(load.refused)],
    ['sent again by platforms', String(load.repeated)],
    ['load', `${seconds(load.tookMs)} s`],
    ['harm', counted(load.harm)],
    ['how sends ended', counted(outcome.sends)],
    ['states at rest', counted(reckoning.states)],
    ['parked', reckoning.parked.join('; ') || 'none'],
    ['lost', String(reckoning.lost.length)],
    ['twice', String(reckoning.twice.length + reckoning.surplus)],
    ['contradictions', String(reckoning.contradictions.length)],
    ['stuck', rest.open.join('; ') || '0'],
    ['points, ours and theirs', `${sums.ours} and ${sums.theirs}`],
    ['broken invariants', String(reckoning.brokenInvariants.length)],
    ['time to rest', rest.tookMs === null ? 'more than 120 s' : `${seconds(rest.tookMs)} s`],
    ['memory at most', counted(outcome.memoryMb, ' MB')],
    ['machine', `stood still for ${machine.longestStallMs} ms at most, clock stepped by ${machine.largestStepMs} ms`],
  ];
  return `\n${table(['soak', ''], rows)}\n`;
}

function counted(counts: Readonly<Record<string, number>>, unit = ''): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}${unit}`);
  return parts.join(', ') || 'none';
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
