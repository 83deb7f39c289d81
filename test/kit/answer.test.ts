import { describe, expect, it } from '@jest/globals';
import {
  commonFault,
  jsonObject,
  optionalPoints,
  optionalRecord,
  optionalText,
  recordList,
  requiredPoints,
  requiredRecord,
  requiredText,
} from '../../src/kit/answer.js';
import type { HttpResponse } from '../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../src/spec/errors.js';

function answer(body: string, status = 200, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers, body };
}

function faultOf(act: () => unknown): Fault {
  try {
    act();
  } catch (error) {
    if (error instanceof AdapterFault) return error.fault;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('jsonObject', () => {
  it('reads an object', () => {
    expect(jsonObject(answer('{"a":{"b":[1]}}'))).toEqual({ a: { b: [1] } });
  });

  it.each([
    ['a login page', '<!DOCTYPE html><html>'],
    ['half an object', '{"a":1'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '7'],
    ['two objects', '{}{}'],
  ])('does not believe %s, and does not repeat it', (_case, body) => {
    const fault = faultOf(() => jsonObject(answer(body)));
    expect(fault.kind).toBe('unknown-outcome');
    expect('detail' in fault && fault.detail).toMatch(/^HTTP 200 without (JSON|a JSON object)$/);
  });
});

describe('points', () => {
  it.each([0, 1, -500, 9_007_199_254_740_991])('%d are believed', (value) => {
    expect(requiredPoints({ points: value }, 'points')).toBe(value);
  });

  it.each(['"1,000"', '"1.000,00"', '"10"', '1.5', '9007199254740993', '1e400', 'true', '{}', '[]', '""'])(
    '%s are not',
    (json) => {
      const record = jsonObject(answer(`{"points":${json}}`));
      expect(faultOf(() => requiredPoints(record, 'points')).kind).toBe('unknown-outcome');
      expect(faultOf(() => optionalPoints(record, 'points')).kind).toBe('unknown-outcome');
    },
  );

  it('that are missing are a fault and not 0', () => {
    expect(faultOf(() => requiredPoints({}, 'points'))).toEqual({
      kind: 'unknown-outcome',
      detail: 'points is missing',
    });
    expect(faultOf(() => requiredPoints({ points: null }, 'points')).kind).toBe('unknown-outcome');
    expect(optionalPoints({ points: null }, 'points')).toBeUndefined();
  });
});

describe('fields', () => {
  it('that are there are read', () => {
    const record = jsonObject(answer('{"text":"x","record":{"a":1},"list":[{"a":1},{}]}'));
    expect(requiredText(record, 'text')).toBe('x');
    expect(requiredRecord(record, 'record')).toEqual({ a: 1 });
    expect(recordList(record, 'list')).toEqual([{ a: 1 }, {}]);
  });

  it('that are absent or null are undefined where they may be', () => {
    expect(optionalText({ text: null }, 'text')).toBeUndefined();
    expect(optionalText({ text: '' }, 'text')).toBeUndefined();
    expect(optionalRecord({}, 'record')).toBeUndefined();
    expect(recordList({ list: null }, 'list')).toEqual([]);
  });

  it('are own fields, not what every object has', () => {
    const record = jsonObject(answer('{}'));
    expect(optionalText(record, 'constructor')).toBeUndefined();
    expect(optionalRecord(record, '__proto__')).toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    ['a text that is a number', () => optionalText({ a: 7 }, 'a')],
    ['an empty text that is required', () => requiredText({ a: '' }, 'a')],
    ['a missing record', () => requiredRecord({}, 'a')],
    ['a record that is a list', () => optionalRecord({ a: [] }, 'a')],
    ['a list that is a record', () => recordList({ a: {} }, 'a')],
    ['a list of other things', () => recordList({ a: [{}, null] }, 'a')],
  ])('(%s) are an unknown outcome that names the field', (_case, act) => {
    const fault = faultOf(act);
    expect(fault.kind).toBe('unknown-outcome');
    expect('detail' in fault && fault.detail).toMatch(/^a /);
  });
});

describe('commonFault', () => {
  it.each([200, 201, 202, 204, 301, 302, 400, 404, 409, 422])('has nothing to say about %d', (status) => {
    expect(commonFault(answer('', status))).toBeNull();
  });

  it.each([
    [401, { kind: 'auth', detail: 'HTTP 401' }],
    [403, { kind: 'auth', detail: 'HTTP 403' }],
    [429, { kind: 'rate-limited', retryAfterMs: undefined }],
    [500, { kind: 'unknown-outcome', detail: 'HTTP 500' }],
    [503, { kind: 'unknown-outcome', detail: 'HTTP 503' }],
    [599, { kind: 'unknown-outcome', detail: 'HTTP 599' }],
  ])('reads %d', (status, fault) => {
    expect(commonFault(answer('<html>', status))?.fault).toEqual(fault);
  });

  it('reads how long a throttled caller has to wait', () => {
    expect(commonFault(answer('', 429, { 'retry-after': '30' }))?.fault).toEqual({
      kind: 'rate-limited',
      retryAfterMs: 30_000,
    });
  });
});
