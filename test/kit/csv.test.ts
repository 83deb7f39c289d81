import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvRecords, wholeNumber } from '../../src/kit/csv.js';
import { SettlementFault } from '../../src/spec/settlement.js';

const cellsOf = (text: string) => Array.from(csvRecords(text), ({ cells }) => cells);
const linesOf = (text: string, first?: number) => Array.from(csvRecords(text, first), ({ line }) => line);

describe('records', () => {
  it.each<[string, string, string[][]]>([
    ['nothing', '', []],
    ['one cell', 'a\n', [['a']]],
    ['cells, some of them empty', 'a,,b,\n', [['a', '', 'b', '']]],
    ['an empty line', '\na\n', [[''], ['a']]],
    ['a last line without its end', 'a\nb', [['a'], ['b']]],
    [
      'the line ends of the standard',
      'a,b\r\n"c",d\r\ne,"f"\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
      ],
    ],
    ['quotes around a comma', '"a,b",c\n', [['a,b', 'c']]],
    ['quotes inside quotes', '"a ""b""",""\n', [['a "b"', '']]],
    ['a quoted line break', '1,"a\nb\r\nc",2\n3\n', [['1', 'a\nb\r\nc', '2'], ['3']]],
    ['a quoted cell at the very end', 'a,"b"', [['a', 'b']]],
    ['a comma at the very end', '"a",', [['a', '']]],
    ['blanks, which belong to their cells', ' a , b\n', [[' a ', ' b']]],
  ])('are read: %s', (_what, text, cells) => {
    expect(cellsOf(text)).toEqual(cells);
  });

  it('begin on the lines they are counted by', () => {
    expect(linesOf('a\n"b\nc\n"\nd\n\ne\n')).toEqual([1, 2, 5, 6, 7]);
    expect(linesOf('a\nb\n', 2)).toEqual([2, 3]);
  });

  it('are what was written, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '7', ',', '"', '\n', '\r', ' ', '王') });
    const records = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    const written = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(records, fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const text = rows.map((cells) => cells.map(written).join(',') + end).join('');
        expect(cellsOf(text)).toEqual(rows);
      }),
    );
  });
});

describe('no record is made of', () => {
  it.each([
    ['a quote inside a cell', 'a,b\nc,d"e\n', 2],
    ['a lone quote at the end of a cell', 'a"\n', 1],
    ['text after a closing quote', 'a\n\n"b"c,d\n', 3],
    ['a blank after a closing quote', '"b" ,d\n', 1],
    ['a quoted cell without an end', 'a\n"b,c\nd\n', 2],
    ['three quotes', '"""\n', 1],
    ['a carriage return alone', 'a,b\rc\n', 1],
    ['a carriage return before a comma', 'a\n"b",c\r,d\n', 2],
    ['two carriage returns', 'a\r\r\n', 1],
    ['a carriage return after a closing quote', '"a"\rb\n', 1],
    ['a quote on the second line of a quoted cell’s record', '"a\nb",c"d\n', 2],
  ])('%s', (_what, text, line) => {
    let thrown: unknown;
    try {
      cellsOf(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SettlementFault);
    expect(thrown).toMatchObject({ reason: 'line', line });
  });

  it('what a fault then repeats', () => {
    expect(() => cellsOf('CR0000000017"\n')).toThrow(/^(?!.*CR0)/);
  });
});

describe('a whole number', () => {
  it.each([
    ['0', 0],
    ['-40', -40],
    ['9007199254740991', 9_007_199_254_740_991],
  ])('is %s', (cell, value) => {
    expect(wholeNumber(cell)).toBe(value);
  });

  it.each(['', '-', '-0', '+1', '01', '1.0', '1e3', '1,000', ' 1', '0x1', '１', '9007199254740992', 'NaN'])(
    'is not %j',
    (cell) => {
      expect(wholeNumber(cell)).toBeUndefined();
    },
  );
});
