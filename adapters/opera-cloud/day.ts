import { addDays, dayOf, type Span, spans } from '../../src/kit/days.js';
import { unbelievable } from '../../src/kit/faults.js';
import type { LocalDate } from '../../src/spec/values.js';

/**
 * Where a transaction of ours is looked for: from its acceptance until now, a day more at either end for the supplier's
 * zone. Which of its dates a span selects is not documented, so the first span begins at an earlier activity.
 */
export function lookupSpans(activity: LocalDate, created: LocalDate, today: LocalDate, days: number): readonly Span[] {
  const until = addDays(today, 1);
  const first = spans({ from: addDays(activity < created ? activity : created, -1), until }, days).slice(0, 1);
  const next = addDays(first[0]?.until ?? created, 1);
  const posted = addDays(created, -1);
  return [...first, ...spans({ from: next > posted ? next : posted, until }, days)];
}

/** `YYYY-MM-DD`, or the `YYYYMMDD` that alone fits the contract's `maxLength: 8`; a time is cut off. */
export function readDay(text: string): LocalDate {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?$/.exec(text);
  const day = match === null ? '' : match.slice(1, 4).join('-');
  if (Number.isNaN(Date.parse(day)) || dayOf(day) !== day) throw unbelievable('a date is not to be understood');
  return day;
}
