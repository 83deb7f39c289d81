import type { Tables } from './tables.js';

/** What the database's constraints and conditions see to; a test that plants a fault has one of them left out. */
export type Safeguard =
  | 'compare-and-set by version'
  | 'unique receipts'
  | 'lanes by state'
  | 'idempotency keys'
  | 'caps';

/** What every part of the store works with. */
export interface Base {
  readonly tables: Tables;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A UUID that was never given before. */
  readonly mint: () => string;
  readonly without: ReadonlySet<Safeguard>;
}
