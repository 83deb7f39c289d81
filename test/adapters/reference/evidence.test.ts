import { createHash, createHmac } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { RawPush, TakenIn } from '../../../src/spec/adapter.js';
import { SettlementFault } from '../../../src/spec/settlement.js';
import { answer } from './contract.js';
import { config, context, faultOf, nothingLeft, promising, pushKey, supplier } from './supplier.js';

afterAll(() => nock.restore());
afterEach(nothingLeft);

const day = { businessDate: '2026-11-21', zone: 'Asia/Shanghai', today: '2026-11-22' };
const line = '17953056000001234567,R-9001,RA10000001,accrual,1265,2026-11-21T20:00:00+08:00\n';

function file(lines: string, points: number, partner = 'us'): Buffer {
  const count = lines.split('\n').length - 1;
  const sha256 = createHash('sha256').update(lines).digest('hex');
  return Buffer.from(`#REF,1,${partner},20261121,${count},${points}\n${lines}#END,${count},${points},${sha256}\n`);
}

describe('settlement', () => {
  const { settlement } = promising();
  const call = { method: 'GET', path: '/settlements/20261121.csv' } as const;
  const fetch = async (): Promise<TakenIn | undefined> => settlement?.fetch(context(), day);
  const parse = (bytes: Uint8Array) => Array.from(settlement?.parse(bytes, day, config) ?? []);
  const reasonOf = (bytes: Uint8Array): string => {
    try {
      return `${parse(bytes).length} lines`;
    } catch (error) {
      if (error instanceof SettlementFault) return error.reason;
      throw error;
    }
  };

  it('is taken in as it is, with the time of its closing', async () => {
    const bytes = file(line, 1265);
    const headers = { 'content-type': 'text/csv', 'x-closed-at': '2026-11-21T16:00:00.123Z' };
    supplier(call, 200, bytes.toString(), headers);
    const taken = await fetch();
    expect(taken).toMatchObject({ found: 'input', closed: true, closedAt: '2026-11-21T16:00:00.123Z' });
    expect(taken !== undefined && 'bytes' in taken && Buffer.from(taken.bytes).equals(bytes)).toBe(true);
  });

  it('is not there yet only where the programme says so', async () => {
    supplier(call, 404, answer('settlement.not-closed', 'Error'));
    expect(await fetch()).toEqual({ found: 'not-yet' });
    supplier(call, 404, 'no such page');
    expect(await faultOf(fetch())).toEqual({ kind: 'unmapped', supplierCode: 'HTTP 404' });
  });

  it('names each posting by our reference and the programme’s', () => {
    const postedAt = '2026-11-21T12:00:00.000Z';
    const named = { reference: '17953056000001234567', supplierReference: 'R-9001', memberNumber: 'RA10000001' };
    expect(parse(file(line, 1265))).toEqual([{ line: 2, ...named, kind: 'accrual', points: 1265, postedAt }]);
    expect(parse(file(line.replace('accrual', 'gift'), 1265))).toMatchObject([{ kind: 'other' }]);
  });

  it.each([
    ['a reference that is none', line.replace('17953056000001234567', 'x'), 1265, 'line'],
    ['points with a comma', line.replace('1265', '"1,265"'), 1265, 'line'],
    ['a time without an offset', line.replace('+08:00', ''), 1265, 'line'],
    ['no member', line.replace('RA10000001', ''), 1265, 'line'],
    ['a cell too many', line.replace('\n', ',x\n'), 1265, 'line'],
    ['totals of its own', line, 1266, 'totals'],
  ])('is not believed with %s', (_what, lines, points, reason) => {
    expect(reasonOf(file(lines, points))).toBe(reason);
  });

  it('of somebody else is not believed', () => {
    expect(reasonOf(file(line, 1265, 'them'))).toBe('other-partner');
  });
});

describe('inbound', () => {
  const { inbound } = promising({ recovery: 'push', redemption: 'none' });
  const now = 1_795_305_600_000;
  const path = '/v1/inbound/con_1';

  const push = (name: string, at = now): RawPush => {
    const body = Buffer.from(answer(name, 'Notification'));
    const signed = createHmac('sha256', pushKey).update(`${at}\n${path}\n`).update(body).digest('hex');
    return { method: 'POST', path, headers: { 'x-timestamp': String(at), 'x-signature': signed }, body };
  };
  const believes = (raw: RawPush) => inbound?.verify(raw, config, now);

  it('believes what is signed, by its event id', () => {
    expect(believes(push('push.posted'))).toEqual({ ok: true, eventId: 'e-1' });
    expect(believes(push('push.posted', now - 299_000))).toMatchObject({ ok: true });
  });

  it('believes nothing else', () => {
    const good = push('push.posted');
    const others: RawPush[] = [
      push('push.posted', now - 301_000),
      push('push.posted', now + 301_000),
      { ...good, path: '/v1/inbound/con_2' },
      { ...good, body: push('push.refused').body },
      { ...good, headers: { ...good.headers, 'x-signature': '' } },
      { ...good, headers: { ...good.headers, 'x-timestamp': String(now + 1) } },
      { ...good, headers: {} },
    ];
    for (const other of others) expect(believes(other)).toEqual({ ok: false });
  });

  it('reads what became of an operation, and that a member changed', () => {
    const named = { reference: '17953056000001234567', memberNumber: 'RA10000001' };
    expect(inbound?.parse(push('push.posted'))).toEqual([
      {
        type: 'operation.posted',
        ...named,
        supplierReference: 'R-9001',
        points: 1265,
        at: '2026-11-21T12:00:00.000Z',
      },
    ]);
    const refused = { type: 'operation.refused', reason: 'cap-reached', supplierCode: 'QUOTA_FULL' };
    expect(inbound?.parse(push('push.refused'))).toEqual([{ ...refused, ...named }]);
    const changed = { type: 'member.changed', memberNumber: 'RA10000001' };
    expect(inbound?.parse(push('push.member-changed'))).toEqual([changed]);
  });

  it('takes an event it does not know, and says nothing about it', () => {
    const body = Buffer.from('{"eventId":"e-9","type":"weather.changed"}');
    expect(inbound?.parse({ ...push('push.posted'), body })).toEqual([]);
  });
});
