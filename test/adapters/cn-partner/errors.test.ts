import { describe, expect, it } from '@jest/globals';
import { configure } from '../../../adapters/cn-partner/config.js';
import { faultOf } from '../../../adapters/cn-partner/errors.js';
import type { Fault } from '../../../src/spec/errors.js';

const coded = (code: string): string => JSON.stringify({ code, message: 'CR0000000017 of 王小明' });

describe('the error table', () => {
  it.each<[number, string, Record<string, string>, Fault]>([
    [404, coded('MEMBER_NOT_FOUND'), {}, rejected('member-not-found', 'MEMBER_NOT_FOUND')],
    [422, coded('NAME_MISMATCH'), {}, rejected('name-mismatch', 'NAME_MISMATCH')],
    [422, coded('NOT_ELIGIBLE'), {}, rejected('not-eligible-fare', 'NOT_ELIGIBLE')],
    [404, coded('NOT_FOUND'), {}, rejected('activity-not-found', 'NOT_FOUND')],
    [422, coded('INSUFFICIENT_POINTS'), {}, rejected('insufficient-points', 'INSUFFICIENT_POINTS')],
    [422, coded('BELOW_FIRST_REDEMPTION'), {}, rejected('below-minimum', 'BELOW_FIRST_REDEMPTION')],
    [422, coded('BENEFICIARY_NOT_EFFECTIVE'), {}, rejected('beneficiary-not-effective', 'BENEFICIARY_NOT_EFFECTIVE')],
    [409, coded('HOLD_EXPIRED'), {}, rejected('hold-expired', 'HOLD_EXPIRED')],
    [409, coded('KEY_REUSED'), {}, { kind: 'unmapped', supplierCode: 'KEY_REUSED' }],
    [400, coded('INVALID'), {}, { kind: 'unmapped', supplierCode: 'INVALID' }],
    [422, coded('NEW_RULE'), {}, { kind: 'unmapped', supplierCode: 'NEW_RULE' }],
    [422, coded('CR0000000017'), {}, { kind: 'unmapped', supplierCode: 'HTTP 422' }],
    [404, '<html>', {}, { kind: 'unmapped', supplierCode: 'HTTP 404' }],
    [401, coded('SIGNATURE'), {}, { kind: 'auth', detail: 'HTTP 401' }],
    [429, coded('THROTTLED'), { 'retry-after': '3' }, { kind: 'rate-limited', retryAfterMs: 3_000 }],
    [503, coded('BUSY'), { 'retry-after': '2' }, { kind: 'rate-limited', retryAfterMs: 2_000 }],
    [503, coded('BUSY'), {}, { kind: 'not-sent', detail: 'BUSY' }],
    [503, '<html>', {}, { kind: 'unknown-outcome', detail: 'HTTP 503' }],
    [503, coded('NOT_ELIGIBLE'), {}, { kind: 'unknown-outcome', detail: 'HTTP 503' }],
    [500, coded('BUSY'), {}, { kind: 'unknown-outcome', detail: 'HTTP 500' }],
    [408, '', {}, { kind: 'unknown-outcome', detail: 'HTTP 408' }],
    [302, '', {}, { kind: 'unknown-outcome', detail: 'HTTP 302' }],
  ])('reads %i %s', (status, body, headers, fault) => {
    expect(faultOf({ status, headers, body })?.fault).toEqual(fault);
  });

  it('has nothing against success', () => {
    expect(faultOf({ status: 201, headers: {}, body: '' })).toBeNull();
  });
});

describe('a connection', () => {
  const settings = { baseUrl: 'https://rail.example', partnerId: 'us', brand: 'rail', posting: 'at-once' };
  const secrets = { hmacKey: 'a-secret-of-more-than-16' };

  it('keeps keys for seven days unless the settings know better', () => {
    expect(configure({ settings, secrets }).windowMs).toBe(604_800_000);
    expect(configure({ settings: { ...settings, windowMs: 7_200_000 }, secrets }).windowMs).toBe(7_200_000);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['an unknown setting', { ...settings, colour: 'red' }, secrets],
    ['an unknown secret', settings, { ...secrets, other: 'x' }],
    ['a short key', settings, { hmacKey: 'short' }],
    ['another way of posting', { ...settings, posting: 'weekly' }, secrets],
    ['an address that is none', { ...settings, baseUrl: 'ftp://rail.example' }, secrets],
    ['a window that the last hour eats up', { ...settings, windowMs: 3_600_000 }, secrets],
  ])('refuses %s', (_what, given, kept) => {
    expect(() => configure({ settings: given, secrets: kept })).toThrow();
  });
});

function rejected(reason: Extract<Fault, { kind: 'rejected' }>['reason'], supplierCode: string): Fault {
  return { kind: 'rejected', reason, supplierCode };
}
