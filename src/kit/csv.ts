import { SettlementFault } from '../spec/settlement.js';

/** A record and the line it begins on; a quoted cell may hold line breaks, so records and lines are not the same. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Where a record begins, and where the next one does. */
interface Place {
  readonly at: number;
  readonly line: number;
}

const LINE_FEED = /\n/g;

/**
 * The records of a text as RFC 4180 has them, read one at a time; a line feed alone ends a record, too, and the last
 * one needs none. Lines are counted from `firstLine`. Throws `SettlementFault` `line` for a quote inside a cell, for
 * text after a closing quote, for a quoted cell without an end and for a carriage return that ends no line.
 */
export function* csvRecords(text: string, firstLine = 1): Generator<CsvRecord> {
  let place: Place = { at: 0, line: firstLine };
  while (place.at < text.length) {
    const { line } = place;
    const end = lineEnd(text, place.at);
    const plain = text.slice(place.at, end);
    if (plain.includes('"')) {
      const cells: string[] = [];
      place = quotedRecord(text, place, cells);
      yield { line, cells };
    } else {
      yield { line, cells: unquoted(plain, line).split(',') };
      place = { at: end + 1, line: line + 1 };
    }
  }
}

/**
 * A whole number in its one plain form: no sign but a minus, no leading zeros, 2^53 − 1 at most; `undefined` for
 * anything else.
 */
export function wholeNumber(cell: string): number | undefined {
  const value = /^(?:0|-?[1-9]\d{0,15})$/.test(cell) ? Number(cell) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function quotedRecord(text: string, { at, line }: Place, cells: string[]): Place {
  let place = at;
  let currentLine = line;
  for (;;) {
    if (text[place] === '"') {
      const close = closingQuote(text, place, currentLine);
      const cell = text.slice(place + 1, close);
      currentLine += cell.match(LINE_FEED)?.length ?? 0;
      cells.push(cell.replaceAll('""', '"'));
      place = close + 1;
      if (text.startsWith('\r\n', place)) place += 1;
    } else {
      const end = Math.min(lineEnd(text, place), indexOf(text, ',', place));
      const cell = text.slice(place, end);
      if (cell.includes('"'))
        throw new SettlementFault('line', currentLine, 'a quote inside a cell that has none around it');
      cells.push(text[end] === ',' ? withoutReturn(cell, currentLine) : unquoted(cell, currentLine));
      place = end;
    }
    const next = text[place] ?? '\n';
    place += 1;
    if (next === '\n') return { at: place, line: currentLine + 1 };
    if (next !== ',') throw new SettlementFault('line', currentLine, 'something follows a closing quote');
  }
}

/** The quote that ends the cell beginning at `open`; two in a row stand for one inside it. */
function closingQuote(text: string, open: number, line: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close === -1) throw new SettlementFault('line', line, 'a quoted cell has no end');
  return close;
}

/** The last cell of a line, or a whole line, freed of the carriage return before its line feed. */
function unquoted(cell: string, line: number): string {
  return withoutReturn(cell.endsWith('\r') ? cell.slice(0, -1) : cell, line);
}

function withoutReturn(cell: string, line: number): string {
  if (cell.includes('\r')) throw new SettlementFault('line', line, 'a carriage return inside a line');
  return cell;
}

function lineEnd(text: string, from: number): number {
  return indexOf(text, '\n', from);
}

function indexOf(text: string, sought: string, from: number): number {
  const found = text.indexOf(sought, from);
  return found === -1 ? text.length : found;
}
