const ZONE = /^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+)$/;

/** A day of the calendar, `YYYY-MM-DD`. */
export function isCalendarDate(day: string): boolean {
  const parsed = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}

/** A bare `^a|b$` would match anything that begins with a: what is left outside classes and groups may hold no alternative. */
export function isAnchored(source: string): boolean {
  let bare = source.replace(/\\./gu, '').replace(/\[[^\]]*\]/g, '');
  for (let before = ''; before !== bare; ) {
    before = bare;
    bare = bare.replace(/\([^()]*\)/g, '');
  }
  return bare.startsWith('^') && bare.endsWith('$') && !bare.includes('|');
}

/** A regular expression in Unicode mode. */
export function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}

/** Offsets such as `+08:00` are refused, which newer versions of Node take for zones. */
export function isZone(zone: string): boolean {
  if (!ZONE.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
