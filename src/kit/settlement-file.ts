import type { SettlementDay, SettlementLine } from '../spec/settlement.js';
import { SettlementFault } from '../spec/settlement.js';
import { type CsvRecord, csvRecords, wholeNumber } from './csv.js';
import { sha256Hex } from './sign.js';

/** What a settlement has to be: of this layout, such as `CRS`, for this partner and of this day. */
export interface Wanted {
  readonly layout: string;
  readonly partner: string;
  readonly day: SettlementDay;
}

/** What a file says of itself, and the lines between its header and its trailer, the last line feed included. */
interface Framed {
  readonly count: number;
  readonly sum: number;
  readonly sha256: string;
  readonly body: string;
}

const VERSION = '1';
const TRAILER = '#END,';
const SHA_256 = /^[0-9a-f]{64}$/;

/**
 * The lines of a settlement file in the form that Interline's reference contracts share:
 *
 *     #<layout>,1,<partner>,<yyyymmdd>,<lines>,<points>
 *     a line for each posting
 *     #END,<lines>,<points>,<sha256 of the bytes between the two>
 *
 * `read` makes a line of a record and its place, from 1. Throws `SettlementFault` where the file contradicts what was
 * asked for or itself; as totals and checksum are known only behind the last line, nobody may believe a line before.
 */
export function* settlementLines(
  text: string,
  wanted: Wanted,
  read: (record: CsvRecord, place: number) => SettlementLine,
): Generator<SettlementLine> {
  const { count, sum, sha256, body } = framed(text, wanted);
  let lines = 0;
  let come = 0;
  for (const record of csvRecords(body, 2)) {
    lines += 1;
    const line = read(record, lines);
    come += line.points;
    yield line;
  }
  if (lines !== count) throw new SettlementFault('totals', 0, `${lines} lines instead of ${count}`);
  if (come !== sum) throw new SettlementFault('totals', 0, `the lines come to ${come} points instead of ${sum}`);
  if (sha256Hex(body) !== sha256) throw new SettlementFault('checksum', 0, 'the lines are not those of the checksum');
}

function framed(text: string, { layout, partner, day }: Wanted): Framed {
  const head = `#${layout},${VERSION},`;
  if (!text.startsWith(head)) throw new SettlementFault('header', 1, `the file does not begin with ${head}`);
  const begin = text.indexOf('\n') + 1;
  const [, , forPartner, date, lines = '', sum = '', ...more] = cellsOf(text.slice(0, begin), 1);
  const totals = { count: wholeNumber(lines), sum: wholeNumber(sum) };
  if (totals.count === undefined || totals.count < 0 || totals.sum === undefined || more.length > 0) {
    throw new SettlementFault('header', 1, 'the header has no totals');
  }
  if (forPartner !== partner) throw new SettlementFault('other-partner', 1, 'the file is for somebody else');
  if (date !== day.businessDate.replaceAll('-', '')) {
    throw new SettlementFault('other-day', 1, 'the file is of another day');
  }

  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const last = lineAt(text, end);
  if (!text.startsWith(TRAILER, end) || !text.endsWith('\n')) {
    throw new SettlementFault('cut-off', last, 'the file ends without its trailer');
  }
  const [, linesAgain, sumAgain, sha256 = '', ...rest] = cellsOf(text.slice(end), last);
  if (linesAgain !== lines || sumAgain !== sum) {
    throw new SettlementFault('totals', last, 'header and trailer have different totals');
  }
  if (!SHA_256.test(sha256) || rest.length > 0) throw new SettlementFault('checksum', last, 'no SHA-256');
  return { count: totals.count, sum: totals.sum, sha256, body: text.slice(begin, end) };
}

function cellsOf(text: string, line: number): readonly string[] {
  const [first] = csvRecords(text, line);
  return first?.cells ?? [];
}

/** The number of the line that begins at `place`. */
function lineAt(text: string, place: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < place; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
