import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { cnPartner } from '../../../adapters/cn-partner/index.js';
import type { TakenIn } from '../../../src/spec/adapter.js';
import { SettlementFault, type SettlementFaultReason } from '../../../src/spec/settlement.js';
import { DAY, settlementText } from '../../kit/settlement-text.js';
import { expectedSignature } from './contract.js';
import { config, context, faultOf, member } from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  nock.abortPendingRequests();
  const unused = nock.pendingMocks();
  nock.cleanAll();
  expect(unused).toEqual([]);
});
afterAll(() => nock.restore());

const settlement = cnPartner.settlement;
if (settlement === undefined) throw new Error('no settlement port');

const PATH = '/gateway/partner/v1/settlements/20261121.csv.gz';
const ORIGIN = 'https://rail.example';
const FIRST = '17953056000001234567';
const LINES = [
  `1,${FIRST},${member.number},accrual,120,2026-11-21T12:00:00+08:00,posted`,
  `2,17953056000001234568,${member.number},reversal,-40,2026-11-21T04:00:01.5Z,posted`,
  `3,17953056000001234569,${member.number},redemption,-500,2026-11-21T23:59:59.999+08:00,posted`,
  `4,17953056000001234570,${member.number},refund,500,2026-11-21T15:59:59Z,posted`,
  `5,17953056000001234571,"CR,17",bonus-campaign,7,2026-11-21T15:59:59Z,posted`,
];
const FILE = gzipSync(settlementText('CRS', LINES));

const fetch = (): Promise<TakenIn> => settlement.fetch(context(), DAY);
const parse = (lines: readonly string[]) =>
  Array.from(settlement.parse(gzipSync(settlementText('CRS', lines)), DAY, config));

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
  it('sends a signed request for the day and takes the file as it is', async () => {
    nock(ORIGIN)
      .get(PATH)
      .reply(function () {
        const { headers } = this.req;
        const lines: [string, string, string, string] = ['GET', PATH, '1795305600000', 'nonce-1'];
        expect(headers['x-signature']).toEqual(expectedSignature('a-secret-of-more-than-16', lines, ''));
        expect(headers['x-partner-id']).toEqual('us');
        expect(headers['accept']).toEqual('application/gzip');
        const date = 'Sat, 21 Nov 2026 16:00:01 GMT';
        return [200, FILE, { 'content-type': 'application/gzip', 'last-modified': date }];
      });
    const taken = await fetch();
    expect(taken).toMatchObject({ found: 'input', closed: true, closedAt: '2026-11-21T16:00:01.000Z' });
    expect(Buffer.from('bytes' in taken ? taken.bytes : []).equals(FILE)).toBe(true);
  });

  it('does without the moment at which the day was closed', async () => {
    nock(ORIGIN).get(PATH).reply(200, FILE, { 'content-type': 'application/gzip' });
    expect(await fetch()).toMatchObject({ found: 'input', closed: true, closedAt: undefined });
  });

  it('reads NOT_FOUND as a day that is still open', async () => {
    nock(ORIGIN).get(PATH).reply(404, { code: 'NOT_FOUND', message: '记录不存在' });
    expect(await fetch()).toEqual({ found: 'not-yet' });
  });

  it.each<[string, number, string, Record<string, string>, object]>([
    ['another 404', 404, 'no such route', {}, { kind: 'unmapped', supplierCode: 'HTTP 404' }],
    ['another code', 404, '{"code":"MEMBER_NOT_FOUND"}', {}, { kind: 'rejected' }],
    ['a wrong signature', 401, '{"code":"SIGNATURE"}', {}, { kind: 'auth' }],
    ['too many requests', 429, '{"code":"THROTTLED"}', { 'retry-after': '7' }, { kind: 'rate-limited' }],
    ['a busy supplier', 503, '{"code":"BUSY"}', {}, { kind: 'not-sent', detail: 'BUSY' }],
    ['a failing supplier', 500, `王小明 ${member.number}`, {}, { kind: 'unknown-outcome', detail: 'HTTP 500' }],
    ['half a file', 206, 'x', {}, { kind: 'unknown-outcome', detail: 'HTTP 206' }],
    ['a login page', 200, '<html>', { 'content-type': 'text/html' }, { kind: 'unknown-outcome' }],
    ['a file cut short', 200, 'x', { 'content-length': '99' }, { kind: 'unknown-outcome', detail: 'answer cut off' }],
  ])('is no file: %s', async (_what, status, body, headers, fault) => {
    nock(ORIGIN).get(PATH).reply(status, body, headers);
    expect(await faultOf(fetch())).toMatchObject(fault);
  });
});

describe('reading', () => {
  it('gives every line under its own reference, its time in UTC', () => {
    const line = (number: number, kind: string, points: number, postedAt: string) => ({
      line: number,
      reference: `179530560000012345${65 + number}`,
      memberNumber: number === 6 ? 'CR,17' : member.number,
      kind,
      points,
      postedAt,
    });
    expect(Array.from(settlement.parse(FILE, DAY, config))).toEqual([
      line(2, 'accrual', 120, '2026-11-21T04:00:00.000Z'),
      line(3, 'reversal', -40, '2026-11-21T04:00:01.500Z'),
      line(4, 'redemption', -500, '2026-11-21T15:59:59.999Z'),
      line(5, 'refund', 500, '2026-11-21T15:59:59.000Z'),
      line(6, 'other', 7, '2026-11-21T15:59:59.000Z'),
    ]);
  });

  it('finds nothing on a day without postings', () => {
    expect(parse([])).toEqual([]);
  });

  it.each<[string, Buffer, SettlementFaultReason]>([
    ['cut in the middle', FILE.subarray(0, FILE.length / 2), 'cut-off'],
    ['not packed', Buffer.from(settlementText('CRS', LINES)), 'unreadable'],
    ['in another character set', gzipSync(Buffer.from([0x23, 0xcd, 0xf5])), 'unreadable'],
    ['a bomb', gzipSync(Buffer.alloc(1_000_000)), 'too-large'],
    ['an airline’s', gzipSync(settlementText('LPS', [])), 'header'],
    ['somebody else’s', gzipSync(settlementText('CRS', LINES, { partner: 'them' })), 'other-partner'],
    ['of the next day', gzipSync(settlementText('CRS', LINES, { date: '20261122' })), 'other-day'],
    ['wrong in its totals', gzipSync(settlementText('CRS', LINES, { points: '88' })), 'totals'],
    ['wrong in its checksum', gzipSync(settlementText('CRS', LINES, { sha256: 'f'.repeat(64) })), 'checksum'],
  ])('believes nothing of a file that is %s', (_what, bytes, reason) => {
    expect(reasonOf(bytes)).toBe(reason);
  });

  const good = (cells: Partial<Record<number, string>> = {}): string =>
    ['1', FIRST, member.number, 'accrual', '120', '2026-11-21T04:00:00Z', 'posted']
      .map((cell, index) => cells[index] ?? cell)
      .join(',');

  it.each<[string, string]>([
    ['a place that is not its own', good({ 0: '2' })],
    ['a place with a zero before it', good({ 0: '01' })],
    ['no reference', good({ 1: '' })],
    ['a reference of 19 digits', good({ 1: FIRST.slice(1) })],
    ['no member', good({ 2: '' })],
    ['a member number that is too long', good({ 2: 'C'.repeat(33) })],
    ['half a point', good({ 4: '120.5' })],
    ['points with a comma', good({ 4: '"1,200"' })],
    ['a time without a zone', good({ 5: '2026-11-21T04:00:00' })],
    ['a day that there is not', good({ 5: '2026-02-30T04:00:00Z' })],
    ['another status', good({ 6: 'pending' })],
    ['a cell too few', good().replace(',posted', '')],
    ['a cell too many', `${good()},`],
    ['nothing in it', ''],
  ])('believes nothing of a file in which a line has %s', (_what, line) => {
    expect(() => parse([line])).toThrow(SettlementFault);
    expect(() => parse([line])).toThrow(/^line at line 2: (?!.*(CR0|王|CCC))/);
  });

  it('believes nothing of a file with a line twice or out of order', () => {
    for (const place of ['1', '3']) {
      expect(() => parse([good(), good({ 0: place })])).toThrow('line at line 3: seq is not 2');
    }
  });
});
