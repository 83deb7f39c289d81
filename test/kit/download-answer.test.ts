import { describe, expect, it } from '@jest/globals';
import { answerOf, fileBytes, closedAt } from '../../src/kit/download.js';
import type { Download } from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';

const download = (status: number, headers: Record<string, string>, text = ''): Download => ({
  status,
  headers,
  bytes: Buffer.from(text),
});

describe('the bytes of a file', () => {
  it('come with 200', () => {
    expect(fileBytes(download(200, { 'content-type': 'text/csv' }, 'a,b\n'))).toEqual(Buffer.from('a,b\n'));
  });

  it.each<[string, Download, string]>([
    ['no content', download(204, {}), 'HTTP 204'],
    ['a part', download(206, {}, 'a,'), 'HTTP 206'],
    [
      'a login page',
      download(200, { 'content-type': 'Text/HTML; charset=utf-8' }, '<html>'),
      'a page instead of a file',
    ],
  ])('are not %s', (_what, got, detail) => {
    const thrown = ((): unknown => {
      try {
        return fileBytes(got);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(AdapterFault);
    expect(thrown).toMatchObject({ fault: { kind: 'unknown-outcome', detail } });
  });
});

describe('an answer without a file', () => {
  it('reads like any other, at most 64 KiB of it', () => {
    expect(answerOf(download(404, { a: 'b' }, '{"code":"王"}'))).toEqual({
      status: 404,
      headers: { a: 'b' },
      body: '{"code":"王"}',
    });
    expect(answerOf(download(500, {}, 'x'.repeat(100_000))).body).toHaveLength(65_536);
  });
});

describe('when the day of a file was closed', () => {
  it.each([
    ['Sat, 21 Nov 2026 16:00:01 GMT', '2026-11-21T16:00:01.000Z'],
    ['2026-11-21T16:00:01Z', undefined],
    ['1.5', undefined],
    ['Sat, 99 Nov 2026 16:00:01 GMT', undefined],
    ['', undefined],
  ])('is said by %j', (header, instant) => {
    expect(closedAt(download(200, { 'last-modified': header }))).toBe(instant);
  });

  it('is said exactly by a header of our own, if that can be read', () => {
    const rounded = { 'last-modified': 'Sat, 21 Nov 2026 16:00:01 GMT' };
    const said = (exact: string) => closedAt(download(200, { ...rounded, 'x-closed-at': exact }));
    expect(said('2026-11-22T00:00:01.250+08:00')).toBe('2026-11-21T16:00:01.250Z');
    expect(said('yesterday')).toBe('2026-11-21T16:00:01.000Z');
  });

  it('need not be said', () => {
    expect(closedAt(download(200, {}))).toBeUndefined();
  });
});
