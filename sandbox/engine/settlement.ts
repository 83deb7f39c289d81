import { createHash } from 'node:crypto';
import { addDays } from './clock.js';
import type { BookRow, Books, Posting } from './books.js';
import type { Members } from './members.js';
import { type Random, seededRandom } from './random.js';
import type { Collection } from './store.js';

export const MISCHIEF_KINDS = ['drop-line', 'extra-line', 'change-points', 'duplicate-line', 'delay-line'] as const;
type MischiefKind = (typeof MISCHIEF_KINDS)[number];

/** One planted break: what a date's settlement says otherwise than the books. */
interface Mischief {
  readonly kind: MischiefKind;
  readonly businessDate: string;
  /** The line as it is in the books, or, of an extra one, as it is invented. */
  readonly line: Posting;
}

/** What a day came to, over the lines of its settlement. */
interface DaySummary {
  readonly businessDate: string;
  readonly lines: number;
  readonly points: number;
  /** Of the supplier's file as it is before it is packed, where the supplier has one. */
  readonly sha256: string;
}

/** A posting as the settlement of `businessDate` tells it; `detail` is the platform's own, absent where it was invented. */
export interface Line extends Posting {
  readonly businessDate: string;
  readonly detail?: unknown;
}

/** A date's settlement: the partner's own postings of that date, and the breaks planted in it. */
export interface Settlement {
  lines(businessDate: string): readonly Line[];
  /** The lines of every date up to this one and, by their dates among them, what the supplier posted by itself. */
  listing(until: string): readonly Line[];
  summary(businessDate: string): DaySummary;
  /** Plants breaks and returns the references they concern, or how many lines there are to choose from. */
  plant(kind: MischiefKind, count: number, businessDate: string): readonly string[] | { readonly available: number };
}

export interface SettlementParts {
  readonly books: Books;
  readonly members: Members;
  readonly memory: Collection<Mischief>;
  /** A date's settlement in the supplier's own format; `undefined` where it has none. */
  readonly file: (businessDate: string) => string | undefined;
}

export function openSettlement({ books, members, memory, file }: SettlementParts): Settlement {
  const ours = (date: string): readonly BookRow[] =>
    books.rows().filter((row) => row.businessDate === date && row.reference !== null);
  const planted = (date: string): readonly Mischief[] =>
    Array.from(memory.values()).filter((mischief) => mischief.businessDate === date);

  const lines = (date: string): readonly Line[] => {
    const breaks = new Map(planted(date).map((mischief) => [mischief.line.supplierReference, mischief]));
    const late = planted(addDays(date, -1)).filter((mischief) => mischief.kind === 'delay-line');
    const extra = planted(date).filter((mischief) => mischief.kind === 'extra-line');
    const own = ours(date).flatMap((row) => told(row, breaks.get(row.supplierReference)?.kind));
    return [...[...late, ...extra].map((mischief) => mischief.line), ...own].map((line) => ({
      ...line,
      businessDate: date,
    }));
  };
  return {
    lines,
    listing: (until) => {
      const breaks = Array.from(memory.values(), (mischief) => mischief.businessDate);
      const told = [
        ...books.rows().map((row) => row.businessDate),
        ...breaks,
        ...breaks.map((date) => addDays(date, 1)),
      ];
      const dates = Array.from(new Set(told)).filter((date) => date <= until);
      const own = (date: string) => books.rows().filter((row) => row.businessDate === date && row.reference === null);
      return dates.toSorted().flatMap((date) => [...lines(date), ...own(date)]);
    },
    summary: (businessDate) => {
      const told = lines(businessDate);
      const points = told.reduce((sum, line) => sum + line.points, 0);
      return { businessDate, lines: told.length, points, sha256: sha256Of(file(businessDate) ?? facts(told)) };
    },
    plant: (kind, count, businessDate) => {
      const random = seededRandom(memory.size + 1);
      const taken = new Set(planted(businessDate).map((mischief) => mischief.line.supplierReference));
      const free = ours(businessDate).filter((row) => !taken.has(row.supplierReference));
      const chosen =
        kind === 'extra-line' ? inventLines(count, businessDate, members, memory.size) : draw(free, count, random);
      if (chosen.length < count) return { available: chosen.length };
      for (const line of chosen) memory.set(String(memory.size + 1), { kind, businessDate, line });
      return chosen.map((line) => line.reference ?? '');
    },
  };
}

/** A row of the books as the settlement tells it under a planted break. */
function told(row: BookRow, kind: MischiefKind | undefined): readonly Posting[] {
  switch (kind) {
    case undefined:
    case 'extra-line':
      return [row];
    case 'drop-line':
    case 'delay-line':
      return [];
    case 'change-points':
      return [{ ...row, points: row.points + Math.sign(row.points) * 10 }];
    case 'duplicate-line':
      return [row, row];
    default:
      return kind satisfies never;
  }
}

/** Lines for references in the partner's own form that it never sent. */
function inventLines(count: number, date: string, members: Members, first: number): readonly Posting[] {
  const member = members.bySerial(1);
  if (!member) return [];
  return Array.from({ length: count }, (_, index) => ({
    reference: `${Date.parse(date)}${String(first + index + 1).padStart(7, '0')}`,
    supplierReference: `extra-${date}-${first + index + 1}`,
    memberNumber: member.number,
    points: 100 + index,
    kind: 'accrual',
    postedAt: `${date}T04:00:00.000Z`,
  }));
}

function draw<T>(items: readonly T[], count: number, random: Random): readonly T[] {
  const rest = Array.from(items);
  return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(random.below(rest.length), 1)).flat();
}

/** What is digested where the supplier has no file: the facts of each line. */
function facts(lines: readonly Posting[]): string {
  const text = lines.map((line) =>
    [line.reference, line.supplierReference, line.memberNumber, line.kind, line.points, line.postedAt].join(','),
  );
  return `${text.join('\n')}\n`;
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
