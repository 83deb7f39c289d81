import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, listen, ourSide } from './other-side.js';

const MEBIBYTE = 1_048_576;
const IMPATIENT = { connectMs: 5_000, firstByteMs: 5_000, totalMs: 100 };

afterEach(closeAll);

async function against(listener: RequestListener, options: Parameters<typeof ourSide>[1] = {}) {
  return ourSide(`http://127.0.0.1:${await listen(createServer(listener))}`, options);
}

/** A supplier that gives this file, whatever it is asked for. */
const giving =
  (headers: Record<string, string>, body: Uint8Array): RequestListener =>
  (_request, response) =>
    response.writeHead(200, headers).end(body);

const bytesOf = (got: object): Buffer => Buffer.from('bytes' in got ? (got.bytes as Uint8Array) : []);

describe('a file', () => {
  it('is the bytes as they came, whatever they are', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0, 0xff, 0x0d, 0x0a, 0xcd, 0xf5]);
    const { download } = await against(giving({ 'Content-Type': 'text/csv', 'Last-Modified': 'then' }, bytes));
    const got = await download();
    expect(got).toMatchObject({ status: 200, headers: { 'last-modified': 'then' } });
    expect(bytesOf(got).equals(bytes)).toBe(true);
  });

  it('stays packed where the file itself is packed, also when its packing is called an encoding', async () => {
    const packed = gzipSync('1,2,3\n');
    const headers = [{}, { 'Content-Encoding': 'gzip' }, { 'Content-Encoding': 'x-gzip' }];
    for (const type of ['application/gzip', 'application/x-gzip; name=x']) {
      for (const more of headers) {
        const { download } = await against(giving({ 'Content-Type': type, ...more }, packed));
        expect(bytesOf(await download()).equals(packed)).toBe(true);
      }
    }
  });

  it('is freed of a packing that was only for the way', async () => {
    const { download } = await against(
      giving({ 'Content-Type': 'text/csv', 'Content-Encoding': 'gzip' }, gzipSync('1,2,3\n')),
    );
    expect(bytesOf(await download()).toString()).toBe('1,2,3\n');
  });

  it('may have 64 MiB and no byte more, packed or not', async () => {
    const whole = Buffer.alloc(64 * MEBIBYTE, 'x');
    const more = Buffer.alloc(64 * MEBIBYTE + 1, 'x');
    const fits = await against(giving({}, whole));
    expect(bytesOf(await fits.download()).equals(whole)).toBe(true);
    for (const [headers, body] of [
      [{}, more],
      [{ 'Content-Encoding': 'gzip' }, gzipSync(more)],
    ] as const) {
      const { download } = await against(giving(headers, body));
      expect(await download()).toEqual({ kind: 'unknown-outcome', detail: 'answer too large' });
    }
  }, 30_000);

  it('is asked for with the headers given, and with anything accepted where they do not say', async () => {
    const accepted: (string | undefined)[] = [];
    const { download } = await against((request, response) => {
      accepted.push(request.headers.accept);
      expect([request.method, request.headers['x-signature']]).toEqual(['GET', 'a+b/c==']);
      response.end();
    });
    await download({ 'x-signature': 'a+b/c==' });
    await download({ 'x-signature': 'a+b/c==', Accept: 'application/gzip' });
    expect(accepted).toEqual(['*/*', 'application/gzip']);
  });

  it('may take longer than a call, as long as something comes', async () => {
    const { download } = await against(dripping(20), { timing: IMPATIENT });
    expect(bytesOf(await download()).toString()).toBe('x'.repeat(20));
  });
});

/** A supplier that sends `pieces` bytes, one every 20 ms; without them it never ends. */
function dripping(pieces = Number.POSITIVE_INFINITY): RequestListener {
  return (_request: IncomingMessage, response: ServerResponse) => {
    let sent = 0;
    const drip = setInterval(() => {
      sent += 1;
      if (sent < pieces) response.write('x');
      else response.end('x');
    }, 20);
    response.on('close', () => clearInterval(drip));
  };
}

describe('there is no file', () => {
  const head = { 'Content-Length': '99' };

  it.each<[string, RequestListener, string]>([
    ['is shorter than it said', (_request, response) => cut(response, head), 'answer cut off'],
    ['lacks its last chunk', (_request, response) => cut(response, {}), 'answer cut off'],
    [
      'is packed and cut',
      giving({ 'Content-Encoding': 'gzip' }, gzipSync('1,2,3,4').subarray(0, 20)),
      'answer cut off',
    ],
    ['is packed as nobody asked for', giving({ 'Content-Encoding': 'br' }, Buffer.from('x')), 'unreadable encoding'],
    ['stands still', (_request, response) => void response.write('x'), 'answer stood still'],
    ['drips past its total', dripping(), 'not finished in time'],
  ])('when it %s', async (_case, listener, detail) => {
    const fileTiming = { totalMs: 1_500, stallMs: 500 };
    const { download, seen } = await against(listener, { fileTiming });
    const fault = await download();
    expect(fault).toMatchObject({ kind: 'unknown-outcome' });
    expect('detail' in fault && fault.detail).toContain(detail);
    expect(seen).toMatchObject([{ outcome: 'unknown', status: 200, effect: 'read' }]);
  });

  it('when nobody is there, and then nothing was sent', async () => {
    const port = await listen(createServer());
    await closeAll();
    const { download, seen } = ourSide(`http://127.0.0.1:${port}`);
    expect(await download()).toEqual({ kind: 'not-sent', detail: 'connection refused' });
    expect(seen).toMatchObject([{ outcome: 'not-sent', status: null }]);
  });

  function cut(response: ServerResponse, headers: Record<string, string>): void {
    response.writeHead(200, headers);
    response.write('1,2', () => response.destroy());
  }
});

describe('a download', () => {
  it('is observed by its size alone: a file is full of members that no filter was told of', async () => {
    const { download, seen } = await against(giving({}, Buffer.from('CR0000000017,90\n')));
    await download();
    expect(seen).toMatchObject([{ method: 'GET', path: '/2026.csv', effect: 'read', outcome: 'answered' }]);
    expect(seen[0]?.excerpt).toBe('16 bytes');
    const broken = await against((_request, response) => {
      response.writeHead(200, { 'Content-Length': '99' });
      response.write('CR0000000017,90\n', () => response.destroy());
    });
    await broken.download();
    expect(broken.seen[0]?.excerpt).toBe('16 bytes');
  });

  it('is any answer, and one that is no file is shown, redacted', async () => {
    const { download, seen } = await against(
      (_request, response) => response.writeHead(404).end('{"code":"NOT_FOUND","asked":"hunter2"}'),
      { secrets: ['hunter2'] },
    );
    const got = await download();
    expect(got).toMatchObject({ status: 404 });
    expect(bytesOf(got).toString()).toBe('{"code":"NOT_FOUND","asked":"hunter2"}');
    expect(seen[0]?.excerpt).toBe('{"code":"NOT_FOUND","asked":"[redacted]"}');
  });

  it('is a read: no lease keeps it back', async () => {
    const lease = { remainingMs: () => 0, marginMs: 5_000 };
    const { download } = await against(giving({}, Buffer.from('x')), { lease });
    expect(await download()).toMatchObject({ status: 200 });
  });

  it('never leaves the origin of its connection', async () => {
    const { download } = await against(giving({}, Buffer.from('x')), { allowedOrigin: 'https://supplier.example' });
    await expect(download()).rejects.toThrow(/^mapping bug: the request leaves/);
  });
});
