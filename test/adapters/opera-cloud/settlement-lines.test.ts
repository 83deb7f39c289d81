import { afterAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { operaCloud } from '../../../adapters/opera-cloud/index.js';
import type { SettlementLine } from '../../../src/spec/settlement.js';
import { SettlementFault } from '../../../src/spec/settlement.js';
import { config, SECRETS } from './supplier.js';

afterAll(() => nock.restore());

const day = { businessDate: '2026-11-20', zone: 'Asia/Hong_Kong', today: '2026-11-21' };

const accrual = {
  adjustmentYn: 'N',
  deletedFlag: 'N',
  insertDate: '2026-11-20 09:30:00',
  membershipCardNo: 'HH123456789',
  membershipTransactionId: 2169504000001001,
  reference: '17953056000001234567',
  totalPoints: 2200,
};

const bytesOf = (...records: readonly object[]): Uint8Array =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));

function parse(bytes: Uint8Array, of = day): readonly SettlementLine[] {
  if (operaCloud.settlement === undefined) throw new Error('no settlement');
  return Array.from(operaCloud.settlement.parse(bytes, of, config as never));
}

/** The fault of an input that is not believed; fails when it repeats anything of a member. */
function faultOf(bytes: Uint8Array): Pick<SettlementFault, 'reason' | 'line' | 'detail'> {
  try {
    parse(bytes);
  } catch (error) {
    if (!(error instanceof SettlementFault)) throw error;
    expect(SECRETS.filter((secret) => error.message.includes(secret))).toEqual([]);
    const { reason, line, detail } = error;
    return { reason, line, detail };
  }
  throw new Error('the input was believed');
}

describe('parse', () => {
  it('reads a transaction', () => {
    expect(parse(bytesOf(accrual))).toEqual([
      {
        line: 1,
        reference: '17953056000001234567',
        supplierReference: '2169504000001001',
        memberNumber: 'HH123456789',
        kind: 'accrual',
        points: 2200,
        postedAt: '2026-11-20T01:30:00.000Z',
      },
    ]);
  });

  it.each([
    ['N', 2200, 'accrual'],
    [null, 2200, 'accrual'],
    ['Y', -400, 'reversal'],
    ['Y', 400, 'other'],
    ['N', -400, 'other'],
    ['N', 0, 'other'],
    ['Y', 0, 'other'],
  ])('knows adjustment %s of %i points as %s', (adjustmentYn, totalPoints, kind) => {
    expect(parse(bytesOf({ ...accrual, adjustmentYn, totalPoints }))).toMatchObject([{ kind, points: totalPoints }]);
  });

  it('leaves out what was deleted, and counts its line', () => {
    const deleted = { ...accrual, deletedFlag: 'Y', membershipTransactionId: 1 };
    expect(parse(bytesOf(deleted, accrual)).map(({ line }) => line)).toEqual([2]);
  });

  it.each([null, ''])('has no reference where the supplier has %j', (reference) => {
    expect(Object.keys(parse(bytesOf({ ...accrual, reference }))[0] ?? {})).not.toContain('reference');
  });

  it('has both of two transactions with one reference: the second is a duplicate for others to see', () => {
    const second = { ...accrual, membershipTransactionId: 2169504000001002 };
    expect(
      parse(bytesOf(accrual, second)).map(({ reference, supplierReference }) => [reference, supplierReference]),
    ).toEqual([
      ['17953056000001234567', '2169504000001001'],
      ['17953056000001234567', '2169504000001002'],
    ]);
  });

  it('reads times where the property is', () => {
    const at = (insertDate: string, zone: string) =>
      parse(bytesOf({ ...accrual, insertDate }), { ...day, businessDate: insertDate.slice(0, 10), zone })[0]?.postedAt;
    expect(at('2026-07-20T23:59:59', 'America/New_York')).toBe('2026-07-21T03:59:59.000Z');
    expect(at('2026-11-20 00:00:00', 'America/New_York')).toBe('2026-11-20T05:00:00.000Z');
  });

  it('is nothing where nobody did anything, and the same whenever it is asked', () => {
    expect(parse(new Uint8Array())).toEqual([]);
    expect(parse(bytesOf(accrual), { ...day, today: '2027-01-01' })).toEqual(parse(bytesOf(accrual)));
  });

  const withoutReference = { ...accrual, reference: undefined };
  it.each<[string, object, string]>([
    ['no reference at all', withoutReference, 'reference'],
    ['points with a fraction', { ...accrual, totalPoints: 1.5 }, 'totalPoints'],
    ['points as a text', { ...accrual, totalPoints: '2,200' }, 'totalPoints'],
    ['no points', { ...accrual, totalPoints: null }, 'totalPoints'],
    ['no card', { ...accrual, membershipCardNo: null }, 'membershipCardNo'],
    ['a flag of its own', { ...accrual, deletedFlag: 'HH123456789' }, 'deletedFlag'],
    ['an id beyond what a number holds', { ...accrual, membershipTransactionId: 2 ** 53 }, 'membershipTransactionId'],
    ['an hour that there is not', { ...accrual, insertDate: '2026-11-20 24:00:00' }, 'insertDate'],
    ['a field that is not kept', { ...accrual, name: 'WANG' }, 'its fields'],
  ])('does not believe a line with %s', (_what, record, field) => {
    const detail = `not to be understood: ${field}`;
    expect(faultOf(bytesOf({ ...accrual, membershipTransactionId: 1 }, record))).toEqual({
      reason: 'line',
      line: 2,
      detail,
    });
  });

  it.each<[string, Uint8Array, object]>([
    ['of another day', bytesOf({ ...accrual, insertDate: '2026-11-21 00:00:00' }), { reason: 'other-day', line: 1 }],
    ['whose id has come before', bytesOf(accrual, { ...accrual, totalPoints: 1 }), { reason: 'line', line: 2 }],
    ['that has no end', bytesOf(accrual).subarray(0, -1), { reason: 'cut-off', line: 1 }],
    [
      'that is cut in the middle',
      Buffer.concat([bytesOf(accrual), Buffer.from('{"a')]),
      { reason: 'cut-off', line: 2 },
    ],
    ['that is no JSON', Buffer.from('<html>\n'), { reason: 'unreadable', line: 1 }],
    ['that is no text', Buffer.from([0xff, 0x0a]), { reason: 'unreadable', line: 0 }],
  ])('does not believe a line %s', (_what, bytes, fault) => {
    expect(faultOf(bytes)).toMatchObject(fault);
  });
});
