import type { Outcome } from '../../test/simulation/run-seed.js';
import type { Tally } from '../../test/simulation/tally.js';
import type { Asked } from './options.js';

/** What the runs cost and what was made sure of beside them. */
export interface Run {
  readonly seconds: number;
  readonly userCpuSeconds: number;
  readonly repeated: number;
}

/** The runs together, for people. */
export function report({ steps }: Asked, tally: Tally, { seconds, userCpuSeconds, repeated }: Run): string {
  const rows: (readonly [string, string])[] = [
    ['seeds', `${number(tally.seeds)} of ${number(steps)} events with faults, and those until rest`],
    ['events', number(tally.steps)],
    ['operations', `${number(tally.operations)}: ${counts(tally.states)}`],
    ['faults', `${number(sum(tally.faults))}: ${counts(tally.faults)}`],
    ['to rest', `at most ${(tally.longestRestMs / 3_600_000).toFixed(1)} h of virtual time, nights for files included`],
    ['invariants', 'hold after every event; at rest nothing is stuck and both books are equal'],
    ['repeated', `${number(repeated)} seeds twice, with the same trace`],
    ['seconds', `${seconds.toFixed(1)} (${userCpuSeconds.toFixed(1)} of user CPU time)`],
    ['hash', tally.hash],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`).join('\n');
}

/** A run in which something broke, and how to see it again. */
export function failure(asked: Asked, { seed, broken }: Outcome): string {
  if (broken === null) throw new Error('nothing broke');
  const { character, invariant, how, last } = broken;
  const lines = last.map((line) => `  ${line}`).join('\n');
  return `seed ${seed} breaks: ${invariant}\n  ${how}\n  ${character}\nthe last events:\n${lines}\nreplay: ${replay(asked, seed)} --trace`;
}

export function replay({ steps, planted }: Asked, seed: number): string {
  return `npm run simulate -- --seed ${seed} --steps ${steps}${planted === undefined ? '' : ` --plant '${planted}'`}`;
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([name, count]) => `${name} ${number(count)}`)
    .join(', ');
}

function sum(of: Readonly<Record<string, number>>): number {
  return Object.values(of).reduce((all, one) => all + one, 0);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
