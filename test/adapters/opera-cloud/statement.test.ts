import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { lookupSpans, readDay } from '../../../adapters/opera-cloud/day.js';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import { spans } from '../../../src/kit/days.js';
import type { StatementLine } from '../../../src/spec/adapter.js';
import { answers, context, faultOf, fixture, hangs, leaveNothingBehind, member, STATISTICS } from './supplier.js';

beforeAll(() => nock.disableNetConnect());
afterEach(leaveNothingBehind);
afterAll(() => nock.restore());

const lines = fixture('get-profile-membership-statistics.statement');

async function statement(since: string, until: string): Promise<readonly StatementLine[]> {
  if (operaCloud.member?.statement === undefined) throw new Error('no statement');
  return operaCloud.member.statement(context(), member, { since, until });
}

/** A page of transactions with the ids of a range. */
function page(first: number, last: number, hasMore: boolean): string {
  const info = { transactionDate: '2026-10-02', transactionType: 'ST' };
  const ids = Array.from({ length: last - first + 1 }, (_none, index) => `T-${first + index}`);
  const transactions = ids.map((id) => ({ id, awardPoints: 1, transactionInfo: info }));
  return JSON.stringify({ membershipStatistics: { transactions }, hasMore });
}

describe('statement', () => {
  it('sends', async () => {
    const spansAsked = [1, 2].map(() => answers(STATISTICS, { status: 204 }));
    expect(await statement('2026-08-01', '2026-10-31')).toEqual([]);
    expect(spansAsked.map(({ query }) => query)).toEqual([
      {
        profileId: 'P-77',
        membershipCardNo: 'HH123456789',
        membershipType: 'HH',
        startDate: '2026-08-01',
        endDate: '2026-10-29',
        transactionDetail: 'true',
        limit: '20',
      },
      expect.objectContaining({ startDate: '2026-10-30', endDate: '2026-10-31' }),
    ]);
  });

  it('reads the receipt', async () => {
    answers(STATISTICS, { body: lines });
    expect(await statement('2026-10-01', '2026-10-31')).toEqual([
      {
        supplierReference: 'T-8001',
        reference: '17953055000001111111',
        points: 2000,
        kind: 'accrual',
        date: '2026-10-02',
      },
      { supplierReference: 'T-8002', reference: undefined, points: -400, kind: 'reversal', date: '2026-10-09' },
      { supplierReference: 'T-8003', reference: undefined, points: -10_000, kind: 'other', date: '2026-10-30' },
    ]);
  });

  it('reads a refusal', async () => {
    answers(STATISTICS, { status: 400, body: '{"title":"Bad Request","o:errorCode":"OPERAWS-GEN01346"}' });
    expect(await faultOf(statement('2026-10-01', '2026-10-31'))).toEqual({
      kind: 'unmapped',
      supplierCode: 'OPERAWS-GEN01346',
    });
  });

  it('survives a lost answer', async () => {
    hangs(STATISTICS);
    expect((await faultOf(statement('2026-10-01', '2026-10-31'))).kind).toBe('unknown-outcome');
    answers(STATISTICS, { body: lines });
    expect(await statement('2026-10-01', '2026-10-31')).toHaveLength(3);
  });

  it.each([
    ['counts from 0', page(21, 23, false)],
    ['counts from 1, so that pages overlap', page(20, 23, false)],
  ])('has every line once from a supplier that %s', async (_how, second) => {
    answers(STATISTICS, { body: page(1, 20, true) });
    const received = answers(STATISTICS, { body: second });
    const ids = (await statement('2026-10-01', '2026-10-31')).map(({ supplierReference }) => supplierReference);
    expect(ids).toEqual(Array.from({ length: 23 }, (_none, index) => `T-${index + 1}`));
    expect(received.query).toMatchObject({ offset: '20', limit: '20' });
  });

  it.each([
    ['nothing', { status: 204 }],
    ['the same again', { body: page(1, 20, true) }],
  ])('is no statement when more was promised and %s comes', async (_what, second) => {
    answers(STATISTICS, { body: page(1, 20, true) });
    answers(STATISTICS, second);
    expect((await faultOf(statement('2026-10-01', '2026-10-31'))).kind).toBe('unknown-outcome');
  });
});

describe('days', () => {
  it('are spanned without gap or overlap, at most so many at a time', () => {
    expect(spans({ from: '2026-02-26', until: '2026-03-06' }, 4)).toEqual([
      { from: '2026-02-26', until: '2026-03-01' },
      { from: '2026-03-02', until: '2026-03-05' },
      { from: '2026-03-06', until: '2026-03-06' },
    ]);
    expect(spans({ from: '2026-03-02', until: '2026-03-01' }, 4)).toEqual([]);
  });

  it('of a look-up begin at the activity, or at the posting where that is earlier', () => {
    expect(lookupSpans('2026-11-18', '2026-11-21', '2026-11-21', 90)).toEqual([
      { from: '2026-11-17', until: '2026-11-22' },
    ]);
    expect(lookupSpans('2026-11-30', '2026-11-21', '2026-12-01', 90)).toEqual([
      { from: '2026-11-20', until: '2026-12-02' },
    ]);
    expect(lookupSpans('2026-11-01', '2026-11-10', '2026-11-20', 7)).toEqual([
      { from: '2026-10-31', until: '2026-11-06' },
      { from: '2026-11-09', until: '2026-11-15' },
      { from: '2026-11-16', until: '2026-11-21' },
    ]);
  });

  it('are read in both ways of writing them, and not when they are none', () => {
    expect(['2026-11-20', '20261120', '2026-11-20T00:00:00Z'].map(readDay)).toEqual(Array(3).fill('2026-11-20'));
    for (const text of ['2026-02-30', '20.11.2026', 'soon', '']) expect(() => readDay(text)).toThrow();
  });
});
