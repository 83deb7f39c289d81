import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictJson, UnreadableJson } from '../../src/http/strict-json.js';

const flawOf = (bytes: string | Buffer): string => {
  try {
    parseStrictJson(Buffer.from(bytes as string));
  } catch (error) {
    if (error instanceof UnreadableJson) return error.flaw;
    throw error;
  }
  return 'none';
};

describe('parseStrictJson', () => {
  it.each([
    ['a byte that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'encoding'],
    ['a surrogate written as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'encoding'],
    ['an overlong character', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'encoding'],
    ['a byte order mark', Buffer.from('\ufeff{}'), 'syntax'],
    ['nothing', '', 'syntax'],
    ['a comment', '{} // no', 'syntax'],
    ['a trailing comma', '{"a":1,}', 'syntax'],
    ['NaN', '{"points":NaN}', 'syntax'],
    ['Infinity', '{"points":-Infinity}', 'syntax'],
    ['a leading zero', '{"points":01}', 'syntax'],
    ['a string that does not end', '{"a":"b', 'syntax'],
    ['a bad escape', '{"a":"\\x41"}', 'syntax'],
    ['a raw control character', '{"a":"\u0001"}', 'syntax'],
    ['a raw U+0000', '{"a":"\0"}', 'syntax'],
    ['an escaped U+0000', '{"a":"b\\u0000"}', 'nul'],
    ['an escaped U+0000 in a name', '{"\\u0000":1}', 'nul'],
    ['half a surrogate pair', '{"a":"\\ud83d"}', 'lone-surrogate'],
    ['a surrogate pair the wrong way round', '{"a":"\\ude00\\ud83d"}', 'lone-surrogate'],
    ['a member twice', '{"points":1,"points":9}', 'duplicate-member'],
    ['a member twice, once escaped', '{"points":1,"p\\u006fints":9}', 'duplicate-member'],
    ['a member twice, far down', '{"a":[{"b":{"c":1,"d":[],"c":2}}]}', 'duplicate-member'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'duplicate-member'],
    ['33 levels', '['.repeat(33) + ']'.repeat(33), 'depth'],
    ['10,000 levels', '{"a":'.repeat(10_000), 'depth'],
    ['a fraction that would round to a whole number', '{"points":9007199254740990.6}', 'inexact-number'],
    ['a fraction below what a double tells apart', '{"points":1.00000000000000001}', 'inexact-number'],
    ['many digits with an exponent', '[12345678901234567e3]', 'inexact-number'],
  ])('refuses %s', (_what, bytes, flaw) => {
    expect(flawOf(bytes)).toBe(flaw);
  });

  it.each([
    ['the same name in two objects', '[{"a":1},{"a":{"a":2}}]'],
    ['the same text as name and value', '{"a":"a","b":["a","a"]}'],
    ['a quote and a brace inside text', '{"a":"\\"{,}[","b":"\\\\"}'],
    ['a surrogate pair, escaped', '{"a":"\\ud83d\\ude00"}'],
    ['32 levels', '['.repeat(32) + ']'.repeat(32)],
    ['numbers of all kinds', '[0,-1,1.5,1e3,1E-2,-0.25,9007199254740993,true,false,null]'],
    ['many digits that are all zeros in front', '[0.000000000000000000001]'],
  ])('reads %s', (_what, text) => {
    expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  it('reads __proto__ as a member like any other', () => {
    const read = parseStrictJson(Buffer.from('{"__proto__":{"polluted":true}}'));
    expect(Object.keys(read as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('agrees with JSON.parse on everything that JSON.stringify writes', () => {
    const value = fc.jsonValue({ depthSize: 'small', maxDepth: 6 });
    fc.assert(
      fc.property(value, (json) => {
        const text = JSON.stringify(json);
        const flaw = flawOf(text);
        // What JSON.stringify may write and we refuse: U+0000, and numbers of more digits than are certain.
        if (flaw === 'nul') return text.includes('\\u0000');
        if (flaw === 'inexact-number') return /\d\.\d|\de/.test(text);
        expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text));
        return flaw === 'none';
      }),
      { numRuns: 500 },
    );
  });

  it('never throws anything else, whatever the bytes', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '\\u',
      'd800',
      '0',
      '1.5e',
      '-',
      'true',
      ' ',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const flaw = flawOf(text);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        return isJson || flaw !== 'none';
      }),
      { numRuns: 2_000 },
    );
  });
});
