import { createHash } from 'node:crypto';
import type { Outcome } from './run-seed.js';

/** Many runs together. */
export interface Tally {
  readonly seeds: number;
  readonly steps: number;
  readonly operations: number;
  /** How many operations ended how. */
  readonly states: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** The longest that a run took to come to rest once faults had stopped, in milliseconds of virtual time. */
  readonly longestRestMs: number;
  /** Over the traces of all seeds, in their order. */
  readonly hash: string;
}

/** Sums runs up; those of the same seeds always come to the same. */
export function tallyOf(outcomes: readonly Outcome[]): Tally {
  const inOrder = [...outcomes].sort((a, b) => a.seed - b.seed);
  const hash = createHash('sha256');
  for (const one of inOrder) hash.update(`${one.seed} ${one.hash}\n`);
  return {
    seeds: inOrder.length,
    steps: total(inOrder.map(({ steps }) => steps)),
    operations: total(inOrder.map(({ operations }) => operations)),
    states: counted(inOrder.map(({ states }) => states)),
    faults: counted(inOrder.map(({ faults }) => faults)),
    longestRestMs: Math.max(0, ...inOrder.map(({ restMs }) => restMs)),
    hash: hash.digest('hex'),
  };
}

function counted(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of parts) for (const [name, count] of Object.entries(part)) sums[name] = (sums[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).sort(([, a], [, b]) => b - a));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
