import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { excerpt } from '../../src/kit/excerpt.js';
import { plainLine } from '../../src/kit/plain-line.js';
import { redactor } from '../../src/kit/redact.js';

describe('a known secret', () => {
  const number = '6200 1234-5678';
  const redact = redactor([number, 'p@ss/w+rd "x"', '王小明', 'Li', 'Zhang']);
  it.each([
    '620012345678',
    '6200-1234-5678',
    '6200 1234 5678',
    '6.2.0.0.1.2.3.4.5.6.7.8',
    '6200%201234%2D5678',
    'p@ss/w+rd "x"',
    'p%40ss%2Fw%2Brd%20%22x%22',
    'p@ss/w+rd \\"x\\"',
    '王小明',
    '%E7%8E%8B%E5%B0%8F%E6%98%8E',
    '\\u738B\\u5c0f\\u660e',
    'ZHANG',
    Buffer.from(`user:${number}`).toString('base64'),
    Buffer.from('王小明').toString('base64url'),
  ])('is found written as %s', (written) => {
    const redacted = redact(`<${written}>`);
    expect(redacted).toContain('[redacted]');
    expect(redacted).not.toContain(written.slice(1, -1));
  });

  it('that is a short word is found as a word only', () => {
    expect(redact('{"family":"Li","list":"Limit"}')).toBe('{"family":"[redacted]","list":"Limit"}');
    expect(redact('li Alice L-i Li')).toBe('[redacted] Alice L-i [redacted]');
    expect(redact('zhanghai 王 小 明')).toBe('[redacted]hai [redacted]');
  });

  it('is found in base64 at any offset', () => {
    const secret = 'hunter2-hunter2';
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 12 }), (before, after) => {
        const text = Buffer.concat([before, Buffer.from(secret), after]).toString('base64');
        const rest = redactor([secret])(text).split('[redacted]');
        expect(rest.length).toBeGreaterThan(1);
        expect(rest.map((part) => Buffer.from(part, 'base64').toString('latin1')).join()).not.toContain('hunter2');
      }),
    );
  });

  it('may be anything', () => {
    const secret = fc.stringMatching(/^[\w王é@ .+/=!"'&-]{6}[A-Za-z0-9小明]{6}[\w王é@ .+/=!"'&-]{0,20}$/);
    fc.assert(
      fc.property(secret, fc.constantFrom('', ' ', '"', 'abc', '{"a":', '王', '7', '?', ' - '), (written, around) => {
        const redact = redactor([written]);
        for (const spelling of [written, encodeURIComponent(written), JSON.stringify(written), written.toUpperCase()]) {
          expect(redact(`${around}${spelling}${around}`)).toContain('[redacted]');
        }
      }),
    );
  });

  it('may look encoded itself', () => {
    const password = 'a%41b\\u0041c"d%';
    const redact = redactor([password]);
    for (const spelling of [password, encodeURIComponent(password), JSON.stringify(password)]) {
      expect(redact(spelling)).toMatch(/^"?\[redacted\](?:%25|[%"\\])*$/);
    }
  });

  it('that overlaps another is cut out with it', () => {
    expect(redactor(['12345678', '345678901'])('<12345678901>')).toBe('<[redacted]>');
  });

  it('that is empty redacts nothing', () => {
    expect(redactor(['', '  '])('a b')).toBe('a b');
  });
});

describe('what looks like a credential', () => {
  it.each([
    'Authorization: Bearer abcdef123456',
    'authorization=Basic dXNlcjpodW50ZXIy',
    '{"access_token":"abcdef123456","expires_in":3600}',
    '{"clientSecret" : "abcdef123456"}',
    '"body":"{\\"password\\":\\"abcdef123456\\"}"',
    'MAC id="abcdef123456", mac="abcdef123456"',
    '<Password Type="x">abcdef123456</Password>',
    'x-app-key: abcdef123456',
    'X-Signature=abcdef123456&a=1',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhYmNkZWYxMjM0NTYifQ.abcdef123456',
  ])('is taken out of %s', (text) => {
    const redacted = redactor([])(text).replace(/id="abcdef123456"/, '');
    expect(redacted).toContain('[redacted]');
    expect(redacted).not.toMatch(/abcdef123456|dXNlcjpod|eyJzdWI/);
  });

  it('leaves the rest alone', () => {
    const text = '{"points":500,"tier":"gold","status":"posted","machine":"Basic"}';
    expect(redactor([])(text)).toBe(text);
  });
});

describe('an excerpt', () => {
  it('is one line that no terminal obeys', () => {
    const forged = '\u001b[2J\u001b[31mok\r\n{"level":"info"}\u009b31m\u202egnp.exe\u0000\u2028x\u200b\ud800';
    expect(plainLine(forged)).toBe('ok {"level":"info"}\ufffdgnp.exe\ufffd x\ufffd\ufffd');
  });

  it('does not show the part of a secret that its cut leaves over', () => {
    const secret = 'hunter2'.repeat(20);
    for (let at = 300; at <= 512; at += 1) {
      expect(excerpt(`${' '.repeat(at)}${secret}${'.'.repeat(5_000)}`, redactor([secret]))).not.toContain('hunter2');
    }
    const long = Array.from({ length: 100 }, (_none, k) => `s${k}x`).join('');
    expect(excerpt(`${long},`.repeat(40), redactor([long]))).not.toMatch(/s\d+x/);
  });

  it('is at most 512 characters and never half of one', () => {
    const text = excerpt(`x${'\u{1f600}'.repeat(600)}`, redactor([]));
    expect(text.length).toBeLessThanOrEqual(512);
    expect(Buffer.from(text).toString()).toBe(text);
  });

  it('takes no time over a hostile answer', () => {
    for (const piece of ['token', 'a-', 'secret ', '"\\"', '6', '<token', 'eyJ', '%20']) {
      expect(excerpt(piece.repeat(300_000), redactor(['6'.repeat(40), 'token a-'])).length).toBeLessThanOrEqual(512);
    }
  });
});
