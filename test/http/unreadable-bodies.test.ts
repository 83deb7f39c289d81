import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody } from './samples.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  // Nothing of all this reached a use case.
  expect(gateway.world.asked).toEqual([]);
  await gateway.stop();
});

const good = JSON.stringify(accrualBody);
const json = (body: string | Uint8Array) => gateway.ask('POST', '/v1/accruals', { body });

describe('media type', () => {
  it.each([
    ['text/plain'],
    ['application/jsonp'],
    ['application/json; charset=utf-7'],
    ['application/json; charset=gbk'],
    ['application/json;charset="utf-16"'],
    ['application/x-www-form-urlencoded'],
    ['application/x-ndjson'],
    [''],
  ])('%s is 415', async (type) => {
    const answer = await gateway.ask('POST', '/v1/accruals', { body: good, headers: { 'content-type': type } });
    expect([answer.status, answer.json['code']]).toEqual([415, 'CONTENT_TYPE_UNSUPPORTED']);
  });

  it('a compressed body is 415', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await gateway.ask('POST', '/v1/accruals', { body: good, headers })).status).toBe(415);
  });

  it('no body and no type is 415', async () => {
    expect((await gateway.ask('POST', '/v1/accruals')).status).toBe(415);
  });
});

describe('size', () => {
  it.each([
    ['one byte more than 64 KiB', 64 * 1024 + 1],
    ['1 MiB and one byte', 1024 * 1024 + 1],
  ])('%s is 413, unread', async (_what, size) => {
    const answer = await json(' '.repeat(size));
    expect([answer.status, answer.json['code']]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('a body that does not announce its size is cut off at 64 KiB', async () => {
    const chunk = new TextEncoder().encode(' '.repeat(16 * 1024));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 5; i += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await fetch(`http://127.0.0.1:${gateway.port}/v1/accruals`, {
      method: 'POST',
      headers: { authorization: 'Bearer all-a', 'idempotency-key': 'k', 'content-type': 'application/json' },
      body,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
  });
});

describe('syntax', () => {
  const points = (text: string) => good.replace('"points":500', text);
  it.each([
    ['nothing', ''],
    ['half of it', good.slice(0, 40)],
    ['NaN', points('"points":NaN')],
    ['points twice', points('"points":1,"points":9')],
    ['a lone surrogate', points('"clientReference":"\\ud800"')],
    ['an escaped U+0000', points('"clientReference":"a\\u0000"')],
    ['a raw U+0000', points('"clientReference":"a\0"')],
    ['10,000 levels', '['.repeat(10_000)],
    ['a fraction that would round', points('"points":500.00000000000000001')],
  ])('%s is 400', async (_what, body) => {
    const { status, json: problem } = await json(body);
    expect([status, problem['code']]).toEqual([400, 'MALFORMED']);
    expect(problem['errors']).toHaveLength(1);
  });

  it('invalid UTF-8 is 400', async () => {
    const bytes = Buffer.from(points('"clientReference":"a?"'));
    bytes[bytes.indexOf('?')] = 0xff;
    expect((await json(bytes)).json['code']).toBe('MALFORMED');
  });
});
