import { table } from '../demo/table.js';

/** What a run of the fuzz came to. Memory is the API's. */
export interface FuzzOutcome {
  readonly requests: number;
  readonly seed: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly operations: number;
  readonly neverSucceeded: readonly string[];
  readonly p99Ms: number;
  readonly peakMb: number;
  readonly growthMb: number;
  readonly seconds: number;
  readonly faults: readonly string[];
}

/** By how much the peak of the second half is above that of the first: what a process loads and caches at first is no growth. */
export function growthOf(memoryMb: readonly number[]): number {
  const half = Math.ceil(memoryMb.length / 2);
  return Math.max(0, ...memoryMb.slice(half)) - Math.max(0, ...memoryMb.slice(0, half));
}

export function shown(outcome: FuzzOutcome): string {
  const { operations, neverSucceeded, statuses } = outcome;
  const rows: [string, string][] = [
    ['requests', `${outcome.requests}, seed ${outcome.seed}, in ${outcome.seconds} s`],
    ['operations of the contract', `${operations}, of which ${operations - neverSucceeded.length} succeeded`],
    ['never succeeded', neverSucceeded.join(', ')],
    [
      'answers',
      Object.entries(statuses)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
    ],
    ['99th percentile', `${outcome.p99Ms} ms`],
    ['memory of the API', `${outcome.peakMb} MB at most, grown by ${outcome.growthMb} MB`],
    ['faults', String(outcome.faults.length)],
  ];
  return `\n${table(['fuzz', ''], rows)}\n`;
}
