import { DateTime } from 'luxon';
import type { Scheme } from '../../spec/scheme.js';
import type { LocalDate } from '../../spec/values.js';
import { todayIn } from '../scheme/use-cases.js';
import { dayAfter, dayBefore } from './business-days.js';

/** A scheme that does not say by when its settlement is there has the whole day after for it. */
const BY_MIDNIGHT = '23:59';

/** The business day that has ended in the scheme's zone. */
export function yesterdayIn(zone: string, now: Date): LocalDate {
  return dayBefore(todayIn(zone, now));
}

/** From when a settlement that is not there is missed: a time of the day after, by the scheme's own clock. */
export function expectedBy(scheme: Pick<Scheme, 'settlement' | 'zone'>, businessDate: LocalDate): Date {
  const time = scheme.settlement?.expectedBy ?? BY_MIDNIGHT;
  return DateTime.fromISO(`${dayAfter(businessDate)}T${time}`, { zone: scheme.zone }).toJSDate();
}

/**
 * How far a supplier that closes its days by hand can be ahead of the calendar; what lies further ahead is a slip of
 * the pen.
 */
const DAYS_AHEAD = 31;

/** Whether a day can have begun at the supplier, whose dates change when it closes a day and not at midnight. */
export function hasBegun(businessDate: LocalDate, zone: string, now: Date): boolean {
  return (
    businessDate <=
    DateTime.fromISO(todayIn(zone, now), { zone: 'utc' }).plus({ days: DAYS_AHEAD }).toFormat('yyyy-MM-dd')
  );
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isCalendarDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid;
}
