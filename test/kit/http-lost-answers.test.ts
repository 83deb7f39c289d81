import { createServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, latch, listen, ourSide } from './other-side.js';

const SHORT_WAIT = { connectMs: 5_000, firstByteMs: 100, totalMs: 10_000 };
const SHORT_TOTAL = { connectMs: 5_000, firstByteMs: 10_000, totalMs: 500 };

afterEach(closeAll);

/** A server of bytes: `answer` is given each request's socket, and which request it is. */
async function speaking(answer: (socket: Socket, request: number) => void) {
  let requests = 0;
  const server = createTcpServer((socket) => {
    socket.on('data', () => {
      requests += 1;
      answer(socket, requests);
    });
  });
  return { port: await listen(server), requests: () => requests };
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const WHOLE = `${HEAD}Content-Length: 2\r\n\r\n{}`;

describe('the outcome is unknown', () => {
  it.each<[string, (socket: Socket) => void, string, number | null]>([
    ['is reset after the request', (socket) => socket.resetAndDestroy(), 'connection reset', null],
    ['is closed after the request', (socket) => socket.end(), 'connection reset', null],
    ['stops in the head', (socket) => socket.end('HTTP/1.1 200 OK\r\nConte'), 'connection reset', null],
    ['is not HTTP', (socket) => socket.end('220 smtp ready\r\n'), 'HPE_INVALID_CONSTANT', null],
    ['has two lengths', (socket) => socket.end(`${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`), 'HPE', null],
    [
      'is shorter than it said',
      (socket) => socket.end(`${HEAD}Content-Length: 99\r\n\r\n{"a":1}`),
      'answer cut off',
      200,
    ],
    [
      'lacks its last chunk',
      (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`),
      'answer cut off',
      200,
    ],
    [
      'has a broken chunk',
      (socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}`),
      'answer cut off',
      200,
    ],
    [
      'is reset half-way',
      (socket) => socket.write(`${HEAD}Content-Length: 99\r\n\r\n{"a":1`, () => socket.resetAndDestroy()),
      'answer cut off',
      200,
    ],
  ])('when the answer %s', async (_case, answer, detail, status) => {
    const { port, requests } = await speaking(answer);
    const { send, seen } = ourSide(`http://127.0.0.1:${port}`);
    const fault = await send();
    expect(fault).toMatchObject({ kind: 'unknown-outcome' });
    expect('detail' in fault && fault.detail).toContain(detail);
    expect(seen).toMatchObject([{ outcome: 'unknown', status }]);
    expect(requests()).toBe(1);
  });

  it('when the other side closed a kept socket under the request, which is not sent again', async () => {
    const { port, requests } = await speaking((socket, request) => {
      if (request === 1) socket.write(WHOLE);
      else socket.resetAndDestroy();
    });
    const { send, seen } = ourSide(`http://127.0.0.1:${port}`);
    expect(await send()).toMatchObject({ status: 200 });
    expect(await send()).toEqual({ kind: 'unknown-outcome', detail: 'connection reset' });
    expect(requests()).toBe(2);
    expect(seen).toMatchObject([{ outcome: 'answered' }, { outcome: 'unknown', status: null }]);
  });

  it('when nothing comes back', async () => {
    const port = await listen(createServer());
    const { send } = ourSide(`http://127.0.0.1:${port}`, { timing: SHORT_WAIT });
    expect(await send()).toEqual({ kind: 'unknown-outcome', detail: 'no answer in time' });
  });

  it('when the answer drips past the total', async () => {
    const server = createServer((_request, response) => {
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    const { send, seen } = ourSide(`http://127.0.0.1:${await listen(server)}`, { timing: SHORT_TOTAL });
    expect(await send()).toEqual({ kind: 'unknown-outcome', detail: 'not finished in time' });
    expect(seen).toMatchObject([{ outcome: 'unknown', status: 200 }]);
  });

  it('when the head drips past its time', async () => {
    const { port } = await speaking((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => socket.write('X-A: b\r\n'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    const { send } = ourSide(`http://127.0.0.1:${port}`, { timing: SHORT_WAIT });
    expect(await send()).toEqual({ kind: 'unknown-outcome', detail: 'no answer in time' });
  });

  it('when the answer is too large, of which the rest is not taken', async () => {
    const closed = latch();
    const megabyte = Buffer.alloc(1_000_000, 'x');
    let taken = 0;
    const server = createServer((_request, response) => {
      response.on('close', () => closed.open());
      const pour = (): void => {
        taken += 1;
        response.write(megabyte, () => (taken < 50 ? pour() : response.end()));
      };
      pour();
    });
    const { send, seen } = ourSide(`http://127.0.0.1:${await listen(server)}`);
    expect(await send()).toEqual({ kind: 'unknown-outcome', detail: 'answer too large' });
    await closed.opened;
    expect(taken).toBeLessThan(50);
    expect(seen[0]?.excerpt).toBe('x'.repeat(512));
  });

  it.each([
    ['a zip bomb', 'gzip', gzipSync(Buffer.alloc(200_000_000)), 'answer too large'],
    ['half a zip', 'gzip', gzipSync('{"a":"and so on and so on"}').subarray(0, 25), 'answer cut off'],
    ['no zip at all', 'gzip', Buffer.from('{}'), 'answer in an unreadable encoding'],
    ['an encoding nobody asked for', 'br', Buffer.from('{}'), 'answer in an unreadable encoding'],
    ['another character set', 'identity', Buffer.from([0x22, 0xcd, 0xf5, 0x22]), 'answer in an unreadable encoding'],
    ['half a character', 'identity', Buffer.from('王').subarray(0, 2), 'answer in an unreadable encoding'],
  ])('when the answer is %s', async (_case, encoding, body, detail) => {
    const server = createServer((_request, response) =>
      response.writeHead(200, { 'Content-Encoding': encoding }).end(body),
    );
    const { send, seen } = ourSide(`http://127.0.0.1:${await listen(server)}`);
    expect(await send()).toEqual({ kind: 'unknown-outcome', detail });
    expect(seen).toMatchObject([{ outcome: 'unknown', status: 200 }]);
  });

  it('and the fault tells nothing of the request or the answer', async () => {
    const { port } = await speaking((socket) => socket.end(`${HEAD}Content-Length: 99\r\n\r\nhunter2`));
    const { send, seen } = ourSide(`http://127.0.0.1:${port}`, { secrets: ['hunter2'] });
    const headers = { authorization: 'Bearer hunter2' };
    const fault = await send({ url: `http://127.0.0.1:${port}/hunter2`, headers, body: 'hunter2' });
    expect(fault).toEqual({ kind: 'unknown-outcome', detail: 'answer cut off' });
    expect(JSON.stringify(seen)).not.toContain('hunter2');
    expect(seen[0]?.excerpt).toBe('[redacted]');
  });
});
