import { DateTime } from 'luxon';
import type { LocalDate } from '../../spec/values.js';

/** A day whose settlement is complete, and when the supplier closed it. */
export interface Closing {
  readonly businessDate: LocalDate;
  readonly closedAt: Date;
}

/**
 * A closed business day by our clock: what the supplier did after `opensAt` and up to `closesAt` has this posting date.
 * Between `unbrokenSince` and this day every day is closed and reconciled.
 */
export interface BusinessDay {
  readonly businessDate: LocalDate;
  readonly opensAt: Date;
  readonly closesAt: Date;
  readonly unbrokenSince: LocalDate;
}

/** The time that a run answers for. */
export interface RunWindow {
  readonly opensAt: Date;
  /** Of an open day when its input was taken in. */
  readonly closesAt: Date;
  /** Since when the day before was open. */
  readonly dayBeforeOpensAt: Date;
  /** Until when operations are looked at: further than `closesAt` where the day after was reconciled first. */
  readonly until: Date;
}

/**
 * The closed days of a connection in order. A day is not a date: it begins when the supplier closed the one before, be
 * that after midnight or at noon, and only where nobody says when is it midnight in the scheme's zone.
 */
export function businessDays(closings: readonly Closing[], zone: string): readonly BusinessDay[] {
  const closed = new Map(closings.map((closing) => [closing.businessDate, closing]));
  const since = new Map<LocalDate, LocalDate>();
  return [...closed.keys()].sort().map((businessDate) => {
    const { opensAt, closesAt } = bounds(businessDate, closed, zone);
    const unbrokenSince = since.get(dayBefore(businessDate)) ?? businessDate;
    since.set(businessDate, unbrokenSince);
    return { businessDate, opensAt, closesAt, unbrokenSince };
  });
}

/** The window of a run among the closed days, its own included if it is closed; `takenAt` is when its input came. */
export function runWindow(
  businessDate: LocalDate,
  closings: readonly Closing[],
  zone: string,
  takenAt: Date,
): RunWindow {
  const closed = new Map(closings.map((closing) => [closing.businessDate, closing]));
  const own = bounds(businessDate, closed, zone);
  const next = dayAfter(businessDate);
  const closesAt = closed.has(businessDate) ? own.closesAt : takenAt;
  return {
    opensAt: earlier(own.opensAt, closesAt),
    closesAt,
    dayBeforeOpensAt: bounds(dayBefore(businessDate), closed, zone).opensAt,
    until:
      closed.has(businessDate) && closed.has(next) ? later(bounds(next, closed, zone).closesAt, closesAt) : closesAt,
  };
}

/** The first moment of a date in a zone, whatever its clocks do that night. */
export function startOfDay(date: LocalDate, zone: string): Date {
  return DateTime.fromISO(date, { zone }).startOf('day').toJSDate();
}

export function dayBefore(date: LocalDate): LocalDate {
  return shifted(date, -1);
}

export function dayAfter(date: LocalDate): LocalDate {
  return shifted(date, 1);
}

function bounds(businessDate: LocalDate, closed: ReadonlyMap<LocalDate, Closing>, zone: string) {
  const closesAt = closed.get(businessDate)?.closedAt ?? startOfDay(dayAfter(businessDate), zone);
  const opensAt = closed.get(dayBefore(businessDate))?.closedAt ?? startOfDay(businessDate, zone);
  return { opensAt: earlier(opensAt, closesAt), closesAt };
}

function shifted(date: LocalDate, days: number): LocalDate {
  return DateTime.fromISO(date, { zone: 'utc' }).plus({ days }).toFormat('yyyy-MM-dd');
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
