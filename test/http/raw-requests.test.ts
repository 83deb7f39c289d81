import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problemFaults } from './contract-check.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { exchangeRaw, responseIn } from './raw-socket.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  expect(gateway.world.asked).toEqual([]);
  await gateway.stop();
});

const post = (headers: string, body = '') => `POST /v1/accruals HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`;
const get = (headers: string) => `GET /v1/schemes HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const lines = (count: number) => Array.from({ length: count }, (_, i) => `X${i}: 1\r\n`).join('');

describe('what is not HTTP, or may be two requests in one, is refused and the connection closed', () => {
  it.each([
    ['two lengths', 400, post('Content-Length: 5\r\nContent-Length: 6\r\n', 'abcdef')],
    ['one length twice', 400, post('Content-Length: 5\r\nContent-Length: 5\r\n', 'abcde')],
    ['a length and chunks', 400, post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    ['chunks and a length', 400, post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n')],
    ['a length that is none', 400, post('Content-Length: 5x\r\n', 'abcde')],
    ['a negative length', 400, post('Content-Length: -1\r\n')],
    ['an encoding that does not end in chunks', 400, post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n')],
    ['a chunk size that is none', 400, post('Transfer-Encoding: chunked\r\n', 'zz\r\nabc\r\n0\r\n\r\n')],
    ['bare line feeds', 400, 'GET /v1/schemes HTTP/1.1\nHost: x\n\n'],
    ['a bare line feed between headers', 400, 'GET /v1/schemes HTTP/1.1\r\nHost: x\nX: y\r\n\r\n'],
    ['a bare carriage return', 400, 'GET /v1/schemes HTTP/1.1\r\nHost: x\rX: y\r\n\r\n'],
    ['a folded header', 400, get('X: y\r\n z\r\n')],
    ['a space before the colon', 400, post('Content-Length : 5\r\n', 'abcde')],
    ['a header without a name', 400, get(': y\r\n')],
    ['a control character in a header', 400, get('X: \x01\r\n')],
    ['a NUL in a header', 400, get('X: \0\r\n')],
    ['a method that is none', 400, 'FETCH /v1/schemes HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a path with raw bytes', 400, 'GET /v1/\xff HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['another protocol', 400, '\x16\x03\x01\x02\x00\x01\x00'],
    ['20 KiB of headers', 431, get(`X: ${'y'.repeat(20 * 1024)}\r\n`)],
    ['a 20 KiB path', 431, `GET /${'y'.repeat(20 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('%s: %i', async (_what, status, bytes) => {
    const response = responseIn(await exchangeRaw(gateway.port, bytes));
    expect(problemFaults(response, status)).toEqual([]);
    expect(response.headers.get('connection')).toBe('close');
  });
});

describe('what Node would let pass', () => {
  const closing = 'Connection: close\r\n';
  it.each([
    ['101 headers', 431, get(`${lines(99)}${closing}`)],
    ['2,000 headers', 431, get(`${lines(1999)}${closing}`)],
    ['no Host', 400, `GET /healthz HTTP/1.1\r\n${closing}\r\n`],
    ['two Hosts', 400, `GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n${closing}\r\n`],
  ])('%s: %i', async (_what, status, bytes) => {
    expect(problemFaults(responseIn(await exchangeRaw(gateway.port, bytes)), status)).toEqual([]);
  });

  it.each([
    ['100 headers', get(`Authorization: Bearer all-a\r\n${lines(97)}${closing}`)],
    ['HTTP/1.0 without a Host', 'GET /healthz HTTP/1.0\r\n\r\n'],
    ['an absolute address', `GET http://x/healthz HTTP/1.1\r\nHost: x\r\n${closing}\r\n`],
    ['an expectation nobody knows', `GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n${closing}\r\n`],
    ['an offer to upgrade', `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close, upgrade\r\nUpgrade: h2c\r\n\r\n`],
  ])('%s: 200', async (_what, bytes) => {
    expect(responseIn(await exchangeRaw(gateway.port, bytes)).status).toBe(200);
  });

  it('a refused body does not become the next request', async () => {
    const inner = 'GET /v1/schemes HTTP/1.1\r\nHost: x\r\n\r\n';
    const outer = `POST /v1/links HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`;
    const last = `GET /healthz HTTP/1.1\r\nHost: x\r\n${closing}\r\n`;
    const text = await exchangeRaw(gateway.port, outer + last);
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['401', '200']);
  });
});
