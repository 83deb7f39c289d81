import type { Instant, LocalDate } from '../spec/values.js';

const DAY_MS = 86_400_000;

/** Days from one to another, both included. */
export interface Span {
  readonly from: LocalDate;
  readonly until: LocalDate;
}

/** The UTC day of an instant; `time` is Unix milliseconds or RFC 3339. */
export function dayOf(time: number | Instant): LocalDate {
  return new Date(time).toISOString().slice(0, 10);
}

/** The day so many days later, or earlier where `days` is negative. */
export function addDays(day: LocalDate, days: number): LocalDate {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** Consecutive spans of at most `days` days that cover a range; none where it ends before it begins. */
export function spans({ from, until }: Span, days: number): readonly Span[] {
  const all: Span[] = [];
  for (let day = from; day <= until; day = addDays(day, days)) {
    const last = addDays(day, days - 1);
    all.push({ from: day, until: last < until ? last : until });
  }
  return all;
}
