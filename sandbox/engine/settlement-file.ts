import { createHash } from 'node:crypto';
import type { BusinessDays } from './business-days.js';
import { addDays, instant } from './clock.js';

/** One day's settlement in the form the suppliers' files share: a header, a line per posting, a trailer. */
export interface SettlementFile {
  /** Names the layout in the header, `CRS` say. */
  readonly layout: string;
  readonly partner: string;
  readonly businessDate: string;
  readonly lines: readonly (readonly (string | number)[])[];
  /** What the lines come to, signed from the members. */
  readonly points: number;
}

/**
 * The file's text, each line of it ended by a line feed. The header and the trailer tell how many lines there are and
 * what they come to; the trailer also the SHA-256 of the bytes between the two.
 */
export function settlementText(file: SettlementFile): string {
  const body = file.lines.map((cells) => `${row(cells)}\n`).join('');
  const totals = [file.lines.length, file.points];
  const header = row([`#${file.layout}`, 1, file.partner, file.businessDate.replaceAll('-', ''), ...totals]);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${header}\n${body}${row(['#END', ...totals, sha256])}\n`;
}

/**
 * The same file with totals that its lines do not come to, and as if it were the next day's: for the fault `wrongEcho`.
 */
export function wrongSettlements(file: SettlementFile): readonly SettlementFile[] {
  return [
    { ...file, points: file.points + 1 },
    { ...file, businessDate: addDays(file.businessDate, 1) },
  ];
}

/** The date that a file's name, `yyyymmdd`, asks for; `null` where it is none or its day is still open. */
export function closedDate(name: string, days: BusinessDays): string | null {
  const date = name.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
  const parsed = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(parsed.getTime()) && parsed.toISOString().slice(0, 10) === date;
  return exists && date < days.open() ? date : null;
}

/**
 * When the day was closed, as headers of its file: exactly, and as an HTTP date, which has whole seconds. A day from before
 * these books has none.
 */
export function closingHeaders(businessDate: string, days: BusinessDays): Readonly<Record<string, string>> {
  const at = days.closedAt(businessDate);
  return at === undefined ? {} : { 'X-Closed-At': instant(at), 'Last-Modified': new Date(at).toUTCString() };
}

/** RFC 4180: only a partner's own text, a `callback` say, ever needs its quotes. */
function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell) => (/[",\r\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell))
    .join(',');
}
