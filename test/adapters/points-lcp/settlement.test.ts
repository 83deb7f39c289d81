import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { pointsLcp } from '../../../adapters/points-lcp/index.js';
import type { TakenIn } from '../../../src/spec/adapter.js';
import { SettlementFault, type SettlementFaultReason } from '../../../src/spec/settlement.js';
import { DAY, settlementText } from '../../kit/settlement-text.js';
import { config, context, faultOf, leaveNothingBehind, member } from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const settlement = pointsLcp.settlement;
if (settlement === undefined) throw new Error('no settlement port');

const REFERENCE = '17953056000001234567';
const CALLBACK = `urn:interline:us:${REFERENCE}`;
const AT = '2026-11-21T12:00:00+08:00';
const LINES = [
  `LP-1,${CALLBACK},${member.number},accrual,150,${AT}`,
  `LP-2,urn:interline:us:17953056000001234568,${member.number},redemption,-100,${AT}`,
  `LPR-3,${CALLBACK},${member.number},reversal,-50,${AT}`,
  `LPR-4,urn:interline:us:17953056000001234568,${member.number},refund,30,${AT}`,
];
const TEXT = settlementText('LPS', LINES);

const supplier = () => nock('https://lp.example').get('/north/Statements/20261121.csv');
const fetch = (): Promise<TakenIn> => settlement.fetch(context(), DAY);
const parse = (lines: readonly string[]) =>
  Array.from(settlement.parse(Buffer.from(settlementText('LPS', lines)), DAY, config));

function reasonOf(bytes: Uint8Array): SettlementFaultReason | null {
  try {
    Array.from(settlement?.parse(bytes, DAY, config) ?? []);
    return null;
  } catch (error) {
    if (!(error instanceof SettlementFault)) throw error;
    return error.reason;
  }
}

describe('taking in', () => {
  it('sends our credentials and takes the file as it is', async () => {
    supplier().reply(function () {
      const { headers } = this.req;
      expect([headers['authorization'], headers['accept']]).toEqual(['Basic Z2F0ZTpzd29yZGZpc2g=', 'text/csv']);
      const date = 'Sat, 21 Nov 2026 16:00:01 GMT';
      return [200, TEXT, { 'content-type': 'text/csv; charset=utf-8', 'last-modified': date }];
    });
    const bytes = new Uint8Array(Buffer.from(TEXT));
    const taken = await fetch();
    expect(taken).toMatchObject({ found: 'input', closed: true, closedAt: '2026-11-21T16:00:01.000Z' });
    expect(new Uint8Array('bytes' in taken ? taken.bytes : [])).toEqual(bytes);
  });

  it('does without the moment at which the day was closed', async () => {
    supplier().reply(200, TEXT, { 'content-type': 'text/csv' });
    expect(await fetch()).toMatchObject({ found: 'input', closed: true, closedAt: undefined });
  });

  it('reads a plain 404 as a day that is still open', async () => {
    supplier().reply(404, 'No such statement', { 'content-type': 'text/plain' });
    expect(await fetch()).toEqual({ found: 'not-yet' });
  });

  it.each<[string, number, string, Record<string, string>, object]>([
    ['a page', 404, '<html>', { 'content-type': 'text/html' }, { kind: 'unmapped', supplierCode: 'HTTP_404' }],
    ['wrong credentials', 401, 'Unauthorized', {}, { kind: 'auth' }],
    ['too many requests', 429, '', { 'retry-after': '7' }, { kind: 'rate-limited', retryAfterMs: 7_000 }],
    ['a failing programme', 502, `WANG ${member.number}`, {}, { kind: 'unknown-outcome', detail: 'HTTP 502' }],
    ['a redirect', 302, '', { location: 'https://lp.example/login' }, { kind: 'unknown-outcome' }],
    ['nothing', 204, '', {}, { kind: 'unknown-outcome', detail: 'HTTP 204' }],
    ['a login page', 200, '<html>', { 'content-type': 'text/html' }, { kind: 'unknown-outcome' }],
    [
      'a file cut short',
      200,
      TEXT,
      { 'content-length': '9000' },
      { kind: 'unknown-outcome', detail: 'answer cut off' },
    ],
  ])('is no file: %s', async (_what, status, body, headers, fault) => {
    supplier().reply(status, body, headers);
    expect(await faultOf(fetch())).toMatchObject(fault);
  });
});

describe('reading', () => {
  const facts = { memberNumber: member.number, postedAt: '2026-11-21T04:00:00.000Z' };

  it('names a posting by our reference, and what undoes one by the posting it undoes', () => {
    expect(Array.from(settlement.parse(Buffer.from(TEXT), DAY, config))).toEqual([
      { ...facts, line: 2, supplierReference: 'LP-1', reference: REFERENCE, kind: 'accrual', points: 150 },
      {
        ...facts,
        line: 3,
        supplierReference: 'LP-2',
        reference: '17953056000001234568',
        kind: 'redemption',
        points: -100,
      },
      { ...facts, line: 4, supplierReference: 'LPR-3', originalReference: REFERENCE, kind: 'reversal', points: -50 },
      {
        ...facts,
        line: 5,
        supplierReference: 'LPR-4',
        originalReference: '17953056000001234568',
        kind: 'refund',
        points: 30,
      },
    ]);
  });

  it('takes a kind of the programme’s own for something other', () => {
    const [line] = parse([`LP-1,${CALLBACK},${member.number},goodwill,5,${AT}`]);
    expect(line).toMatchObject({ kind: 'other', reference: REFERENCE, points: 5 });
  });

  it.each([
    ['another partner’s', `urn:interline:them:${REFERENCE}`],
    ['another hub’s', `https://hub.example/orders/${REFERENCE}`],
    ['too short', 'urn:interline:us:17953056'],
    ['too long', `${CALLBACK}0`],
    ['no number', 'urn:interline:us:1795305600000123456x'],
    ['empty', ''],
    ['of several lines', `"a,""b""\n:${REFERENCE}"`],
  ])('has no reference of ours in a callback that is %s', (_what, callback) => {
    const lines = parse([`LP-1,${callback},${member.number},accrual,5,${AT}`]);
    expect(lines).toEqual([{ ...facts, line: 2, supplierReference: 'LP-1', kind: 'accrual', points: 5 }]);
  });

  it.each<[string, Buffer, SettlementFaultReason]>([
    ['cut in the middle', Buffer.from(TEXT.slice(0, TEXT.length / 2)), 'cut-off'],
    ['in another character set', Buffer.from([0x23, 0xcd, 0xf5]), 'unreadable'],
    ['a railway’s', Buffer.from(settlementText('CRS', [])), 'header'],
    ['somebody else’s', Buffer.from(settlementText('LPS', LINES, { partner: 'them' })), 'other-partner'],
    ['of the next day', Buffer.from(settlementText('LPS', LINES, { date: '20261122' })), 'other-day'],
    ['wrong in its totals', Buffer.from(settlementText('LPS', LINES, { points: '31' })), 'totals'],
    ['wrong in its checksum', Buffer.from(settlementText('LPS', LINES, { sha256: 'f'.repeat(64) })), 'checksum'],
  ])('believes nothing of a file that is %s', (_what, bytes, reason) => {
    expect(reasonOf(bytes)).toBe(reason);
  });

  const good = (cells: Partial<Record<number, string>> = {}): string =>
    ['LP-1', CALLBACK, member.number, 'accrual', '150', AT].map((cell, index) => cells[index] ?? cell).join(',');

  it.each<[string, string]>([
    ['no id', good({ 0: '' })],
    ['an id that is too long', good({ 0: 'L'.repeat(101) })],
    ['no member', good({ 2: '' })],
    ['no amount', good({ 4: '' })],
    ['half a point', good({ 4: '150.5' })],
    ['a time without a zone', good({ 5: '2026-11-21T04:00:00' })],
    ['a cell too few', good().slice(0, good().lastIndexOf(','))],
    ['a cell too many', `${good()},posted`],
    ['a lone quote', good({ 1: 'a"b' })],
    ['nothing in it', ''],
  ])('believes nothing of a file in which a line has %s', (_what, line) => {
    expect(() => parse([line])).toThrow(SettlementFault);
    expect(() => parse([line])).toThrow(/^line at line 2: (?!.*(7012|LLL))/);
  });
});
