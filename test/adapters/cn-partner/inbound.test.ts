import { describe, expect, it } from '@jest/globals';
import { configure } from '../../../adapters/cn-partner/config.js';
import { inbound } from '../../../adapters/cn-partner/inbound.js';
import type { RawPush } from '../../../src/spec/adapter.js';
import { AdapterFault } from '../../../src/spec/errors.js';
import { contractErrors, expectedSignature, fixture } from './contract.js';

const key = 'a-secret-of-more-than-16';
const now = Date.parse('2026-11-21T12:00:00Z');
const path = '/v1/inbound/con_01h455vb4pex5vsknk084sn02q';
const config = configure({
  settings: { baseUrl: 'https://rail.example', partnerId: 'us', brand: 'china-railway', posting: 'night-after' },
  secrets: { hmacKey: key },
});
const { verify, parse } = inbound;

function push(body: string, change: { at?: number; path?: string; headers?: Record<string, string> } = {}): RawPush {
  const timestamp = String(change.at ?? now);
  const headers = {
    'x-partner-id': 'us',
    'x-timestamp': timestamp,
    'x-nonce': 'n-1',
    'x-signature': expectedSignature(key, ['POST', path, timestamp, 'n-1'], body),
    ...change.headers,
  };
  return { method: 'POST', path: change.path ?? path, headers, body: Buffer.from(body, 'utf8') };
}

describe('a push is believed', () => {
  const body = fixture('push.accrual-posted');

  it('when its signature fits, up to 300 s either way', () => {
    for (const at of [now, now - 300_000, now + 300_000]) {
      expect(verify(push(body, { at }), config, now)).toEqual({ ok: true, eventId: 'ev-1' });
    }
  });

  it.each([
    ['six minutes old', push(body, { at: now - 360_000 })],
    ['six minutes ahead', push(body, { at: now + 360_000 })],
    ['sent to another path', push(body, { path: `${path}x` })],
    ['sent to another query', push(body, { path: `${path}?a=1` })],
    ['of another partner', push(body, { headers: { 'x-partner-id': 'them' } })],
    ['without a signature', push(body, { headers: { 'x-signature': '' } })],
    ['with another nonce', push(body, { headers: { 'x-nonce': 'n-2' } })],
    ['without a nonce', push(body, { headers: { 'x-nonce': '' } })],
    ['with a time that is no number', push(body, { headers: { 'x-timestamp': 'soon' } })],
    ['with another body', { ...push(body), body: Buffer.from(body.replace('1265', '9265')) }],
    ['signed, but no JSON', push('<html>')],
    ['signed, but without an event', push('{"type":"accrual.posted"}')],
  ])('but not one %s', (_what, raw) => {
    expect(verify(raw, config, now)).toEqual({ ok: false });
  });
});

describe('a push says', () => {
  it('that an accrual was posted', () => {
    expect(parse(push(fixture('push.accrual-posted')))).toEqual([
      {
        type: 'operation.posted',
        reference: '17953056000001234567',
        supplierReference: 'CRS-9001',
        points: 1265,
        memberNumber: 'CR0000000017',
        at: '2026-11-21T19:30:00.000Z',
      },
    ]);
  });

  it('that an accrual was refused', () => {
    expect(parse(push(fixture('push.accrual-refused')))).toEqual([
      {
        type: 'operation.refused',
        reference: '17953056000001234567',
        reason: 'not-eligible-fare',
        supplierCode: 'NOT_ELIGIBLE',
        memberNumber: 'CR0000000017',
      },
    ]);
  });

  it('that a member changed', () => {
    expect(parse(push(fixture('push.member-changed')))).toEqual([
      { type: 'member.changed', memberNumber: 'CR0000000017' },
    ]);
  });

  it('nothing, where its type is unknown', () => {
    expect(parse(push('{"eventId":"ev-9","type":"lounge.opened"}'))).toEqual([]);
  });

  it.each(['1,265', 12.65, '1265', null])('nothing to be believed, where points are %j', (points) => {
    const event = { ...(JSON.parse(fixture('push.accrual-posted')) as object), points };
    expect(() => parse(push(JSON.stringify(event)))).toThrow(AdapterFault);
  });

  it('a refusal of an unknown code under the common name, and never a sentence', () => {
    const event = JSON.parse(fixture('push.accrual-refused')) as object;
    const coded = (code: string) => parse(push(JSON.stringify({ ...event, code })))[0];
    expect(coded('FLOOD')).toMatchObject({ reason: 'supplier-refused', supplierCode: 'FLOOD' });
    expect(coded('member CR0000000017 is gone')).toMatchObject({ supplierCode: 'UNREADABLE' });
  });

  it.each([
    ['push.accrual-posted', 'AccrualPosted'],
    ['push.accrual-refused', 'AccrualRefused'],
    ['push.member-changed', 'MemberChanged'],
  ])('what the contract allows (%s)', (name, schema) => {
    expect(contractErrors(schema, JSON.parse(fixture(name)))).toEqual([]);
  });
});
