import { table } from '../demo/table.js';

/** What a run of the fuzz came to. Memory is the API's. */
export interface FuzzOutcome {
  readonly requests: number;
  readonly seed: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly operations: number;
  readonly neverSucceeded: readonly string[];
  readonly p99Ms: number;
  /** Its peak in each quarter of the run. */
  readonly peaksMb: readonly number[];
  readonly growthMb: number;
  readonly seconds: number;
  readonly faults: readonly string[];
}

const QUARTERS = [0, 1, 2, 3] as const;

/** The peak of each quarter of what was seen. */
export function peaksOf(memoryMb: readonly number[]): number[] {
  const length = memoryMb.length / QUARTERS.length;
  return QUARTERS.map((quarter) => Math.max(0, ...memoryMb.slice(quarter * length, (quarter + 1) * length)));
}

/** By how much the second half's peak is above the first's: what a process loads and caches at first is no growth. */
export function growthOf(peaksMb: readonly number[]): number {
  return Math.max(0, ...peaksMb.slice(2)) - Math.max(0, ...peaksMb.slice(0, 2));
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
    ['memory of the API', `at most ${outcome.peaksMb.join(', ')} MB in its quarters, grown by ${outcome.growthMb} MB`],
    ['faults', String(outcome.faults.length)],
  ];
  return `\n${table(['fuzz', ''], rows)}\n`;
}
