import type { Instant } from '../spec/values.js';

const DAY_MS = 86_400_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * The instant of a local time, `YYYY-MM-DD HH:MM:SS` with a blank or a `T`, in a zone of the IANA database. Where clocks go back
 * the time comes twice and the first is meant; a time that they leave out is read with the offset before. Throws a RangeError for
 * what is no time or no zone.
 */
export function zonedInstant(local: string, zone: string): Instant {
  const utc = readAsUtc(local);
  const before = offsetMs(utc - DAY_MS, zone);
  const early = utc - before;
  if (offsetMs(early, zone) === before) return new Date(early).toISOString();
  const after = offsetMs(utc + DAY_MS, zone);
  const late = utc - after;
  return new Date(offsetMs(late, zone) === after ? late : early).toISOString();
}

/** How far the zone is ahead of UTC at an instant. */
function offsetMs(at: number, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    // The one locale that writes a date as RFC 3339 does.
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    clocks.set(zone, clock);
  }
  return readAsUtc(clock.format(at)) - at;
}

function readAsUtc(local: string): number {
  return Date.parse(`${local.replace(' ', 'T')}Z`);
}
