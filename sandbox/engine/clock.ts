/** The supplier's clock, Unix milliseconds. */
export type Clock = () => number;

const formatters = new Map<string, Intl.DateTimeFormat>();
const timeFormatters = new Map<string, Intl.DateTimeFormat>();

/** The calendar date of an instant in a zone of the IANA database, `YYYY-MM-DD`. */
export function localDate(at: number, zone: string): string {
  const known = formatters.get(zone);
  const formatter =
    known ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  if (!known) formatters.set(zone, formatter);
  return formatter.format(at);
}

/** The time of day of an instant in a zone, `HH:MM:SS`. */
export function localTime(at: number, zone: string): string {
  const known = timeFormatters.get(zone);
  const formatter =
    known ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium', hourCycle: 'h23' });
  if (!known) timeFormatters.set(zone, formatter);
  return formatter.format(at);
}

/** The date so many days later, or earlier where `days` is negative. */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** Days from one date to the other. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** RFC 3339 in UTC. */
export function instant(at: number): string {
  return new Date(at).toISOString();
}
