import { type Clock, instant } from './clock.js';
import type { Collection } from './store.js';

type EffectKind = 'accrual' | 'reversal' | 'redemption' | 'refund';

/** One effect that was really applied, signed from the member. `reference` is the partner's, `null` for the supplier's own. */
export interface Posting {
  readonly reference: string | null;
  readonly supplierReference: string;
  readonly memberNumber: string;
  readonly points: number;
  readonly kind: EffectKind;
  readonly postedAt: string;
}

/** A posting with what only the supplier itself knows: its place in the books, its posting date, its own details. */
export interface BookRow extends Posting {
  readonly sequence: number;
  readonly businessDate: string;
  readonly detail?: unknown;
}

export interface Books {
  /** Applies an effect: the only way a balance ever changes. */
  apply(effect: Omit<Posting, 'postedAt'> & { readonly detail?: unknown }): BookRow;
  /**
   * A supplier reference that no effect has had: since when these books are kept, and a number in them. So it is new to a
   * partner, too, who still remembers the books before a reset.
   */
  nextReference(prefix: string): string;
  /** The same for suppliers whose references are numbers: below 2^53, so that JSON keeps it exactly. */
  nextNumber(): string;
  rows(): readonly BookRow[];
  rowsOf(memberNumber: string): readonly BookRow[];
  /** The sum of a member's effects; add the opening balance. */
  sumOf(memberNumber: string): number;
  totals(): { readonly count: number; readonly points: number };
}

export interface BooksMemory {
  readonly rows: Collection<BookRow>;
  readonly counters: Collection<number>;
}

/** Leaves room for numbers until the year 2048; nobody posts ten thousand times in a millisecond. */
const NUMBERS_SINCE = Date.parse('2020-01-01T00:00:00Z');
const NUMBERS_PER_MS = 10_000;

export function openBooks(clock: Clock, businessDate: () => string, memory: BooksMemory): Books {
  const rows: BookRow[] = [];
  const byMember = new Map<string, { rows: BookRow[]; sum: number }>();
  let points = 0;
  const index = (row: BookRow): void => {
    rows.push(row);
    points += row.points;
    const own = byMember.get(row.memberNumber) ?? { rows: [], sum: 0 };
    own.rows.push(row);
    own.sum += row.points;
    byMember.set(row.memberNumber, own);
  };
  for (const row of memory.rows.values()) index(row);

  const next = (): { readonly since: number; readonly count: number } => {
    const since = memory.counters.get('since') ?? clock();
    const count = (memory.counters.get('reference') ?? 0) + 1;
    memory.counters.set('since', since);
    memory.counters.set('reference', count);
    return { since, count };
  };

  return {
    apply: (effect) => {
      const row = {
        ...effect,
        postedAt: instant(clock()),
        businessDate: businessDate(),
        sequence: rows.length + 1,
      };
      memory.rows.set(String(row.sequence), row);
      index(row);
      return row;
    },
    nextReference: (prefix) => {
      const { since, count } = next();
      return `${prefix}${since}${String(count).padStart(7, '0')}`;
    },
    nextNumber: () => {
      const { since, count } = next();
      return String((since - NUMBERS_SINCE) * NUMBERS_PER_MS + count);
    },
    rows: () => rows,
    rowsOf: (memberNumber) => byMember.get(memberNumber)?.rows ?? [],
    sumOf: (memberNumber) => byMember.get(memberNumber)?.sum ?? 0,
    totals: () => ({ count: rows.length, points }),
  };
}
