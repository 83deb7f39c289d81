import { describe, expect, it } from '@jest/globals';
import { type CsvRecord, wholeNumber } from '../../src/kit/csv.js';
import { settlementLines } from '../../src/kit/settlement-file.js';
import { utf8Text } from '../../src/kit/unpack.js';
import { SettlementFault, type SettlementLine } from '../../src/spec/settlement.js';
import { points } from '../../src/spec/values.js';
import { DAY, settlementText } from './settlement-text.js';

const LINES = ['1,王小明,accrual,90,then,posted', '2,b,reversal,-40,then,posted', '3,c,accrual,1200,then,posted'];
const WHOLE = settlementText('CRS', LINES);
const WANTED = { layout: 'CRS', partner: 'us', day: DAY };

/** As little of a line as there may be: what is found wrong is then the file's own doing. */
const read = ({ line, cells }: CsvRecord, place: number): SettlementLine => ({
  line,
  supplierReference: String(place),
  memberNumber: cells[1] ?? '',
  kind: 'other',
  points: points(wholeNumber(cells[3] ?? '') ?? 0),
  postedAt: '',
});
const linesOf = (text: string, wanted = WANTED) => Array.from(settlementLines(text, wanted, read));

function faultIn(text: string): Pick<SettlementFault, 'reason' | 'line'> | null {
  try {
    linesOf(text);
    return null;
  } catch (error) {
    if (!(error instanceof SettlementFault)) throw error;
    return { reason: error.reason, line: error.line };
  }
}

describe('a settlement file', () => {
  it('is its lines, with their numbers in the file and their places among each other', () => {
    expect(linesOf(WHOLE)).toMatchObject([
      { line: 2, supplierReference: '1', memberNumber: '王小明', points: 90 },
      { line: 3, supplierReference: '2', memberNumber: 'b', points: -40 },
      { line: 4, supplierReference: '3', memberNumber: 'c', points: 1_200 },
    ]);
    expect(linesOf(WHOLE)).toEqual(linesOf(WHOLE));
  });

  it('may be of a day on which nothing was posted', () => {
    expect(linesOf(settlementText('CRS', []))).toEqual([]);
  });

  it('may hold line breaks in its cells', () => {
    const text = settlementText('CRS', ['1,"a\nb",accrual,90,then,posted', '2,c,accrual,10,then,posted']);
    expect(linesOf(text)).toMatchObject([
      { line: 2, memberNumber: 'a\nb' },
      { line: 4, memberNumber: 'c' },
    ]);
  });

  it('is for the partner as the header quotes it', () => {
    const text = settlementText('CRS', LINES, { partner: '"us, too"' });
    expect(linesOf(text, { ...WANTED, partner: 'us, too' })).toHaveLength(3);
  });
});

describe('nothing is believed of a file', () => {
  it.each<[string, string, SettlementFault['reason'], number]>([
    ['without anything in it', '', 'header', 1],
    ['that is a page', '<html><body>Please log in</body></html>', 'header', 1],
    ['of another layout', settlementText('LPS', ['a,b,c,accrual,5,then']), 'header', 1],
    ['of another version', WHOLE.replace('#CRS,1,', '#CRS,2,'), 'header', 1],
    ['whose header counts no lines', settlementText('CRS', LINES, { count: 'three' }), 'header', 1],
    ['whose header counts less than none', settlementText('CRS', [], { count: '-1' }), 'header', 1],
    ['whose header has no points', settlementText('CRS', LINES, { points: '' }), 'header', 1],
    ['whose header goes on', WHOLE.replace(',1250\n', ',1250,\n'), 'header', 1],
    ['for another partner', settlementText('CRS', LINES, { partner: 'them' }), 'other-partner', 1],
    ['of another day', settlementText('CRS', LINES, { date: '20261122' }), 'other-day', 1],
    ['of a day in another form', settlementText('CRS', LINES, { date: '2026-11-21' }), 'other-day', 1],
    ['that ends after its header', '#CRS,1,us,20261121,0,0\n', 'cut-off', 1],
    ['without a trailer', WHOLE.slice(0, WHOLE.indexOf('#END')), 'cut-off', 4],
    ['whose last line has no end', WHOLE.slice(0, -1), 'cut-off', 5],
    ['that goes on after its trailer', `${WHOLE}4,d,accrual,1,then,posted\n`, 'cut-off', 6],
    ['whose trailer counts other lines', settlementText('CRS', LINES, { countAgain: '4' }), 'totals', 5],
    ['whose trailer has other points', settlementText('CRS', LINES, { pointsAgain: '1251' }), 'totals', 5],
    ['with a line more than it says', settlementText('CRS', LINES, { count: '2' }), 'totals', 0],
    ['with a line less than it says', settlementText('CRS', LINES, { count: '4' }), 'totals', 0],
    ['whose lines come to something else', settlementText('CRS', LINES, { points: '1251' }), 'totals', 0],
    ['with a checksum of something else', settlementText('CRS', LINES, { sha256: '0'.repeat(64) }), 'checksum', 0],
    ['with half a checksum', settlementText('CRS', LINES, { sha256: '0'.repeat(32) }), 'checksum', 5],
    ['with a line that cannot be told apart', settlementText('CRS', ['1,b"c,accrual,5,then,posted']), 'line', 2],
  ])('%s', (_what, text, reason, line) => {
    expect(faultIn(text)).toEqual({ reason, line });
  });

  it('that is cut anywhere', () => {
    for (let end = 0; end < WHOLE.length; end += 1)
      expect([end, faultIn(WHOLE.slice(0, end))]).not.toEqual([end, null]);
  });

  it('of which any bit is another', () => {
    const bytes = Buffer.from(WHOLE, 'utf8');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const other = Buffer.from(bytes);
      const at = Math.floor(bit / 8);
      other[at] = (other[at] ?? 0) ^ (1 << (bit % 8));
      expect(() => linesOf(utf8Text(other))).toThrow(/^[a-z-]+ at line \d: /);
    }
  });

  it('nor is a member of it told', () => {
    const spoilt = [WHOLE.replace('小', '"'), WHOLE.replace(',90,', ',91,'), WHOLE.replace('王小明,', '王小明\r')];
    for (const text of spoilt) expect(() => linesOf(text)).toThrow(/^(?!.*王)/);
  });
});
