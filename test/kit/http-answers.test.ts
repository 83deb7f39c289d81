import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttp } from '../../src/kit/http.js';
import { closeAll, latch, listen, ourSide } from './other-side.js';

afterEach(closeAll);

async function against(listener: RequestListener, options: Parameters<typeof ourSide>[1] = {}) {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const origin = `http://127.0.0.1:${await listen(server)}`;
  return { origin, connections: () => connections, ...ourSide(origin, options) };
}

describe('what arrives', () => {
  it('is the method, the path, the headers and the very bytes that were given', async () => {
    let arrived: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string } | undefined;
    const { send, origin } = await against((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        arrived = { method, url, headers, body: Buffer.concat(chunks).toString() };
        response.end('{}');
      });
    });
    const body = '  {"name": "王小明",\n "points": 1.0}\n';
    const headers = { 'Content-Type': 'application/json', 'X-Signature': 'a+b/c==' };
    await send({ method: 'PUT', url: `${origin}/a%2Fb/${encodeURIComponent('王')}?q=1&q=%20`, headers, body });
    expect(arrived).toMatchObject({ method: 'PUT', url: '/a%2Fb/%E7%8E%8B?q=1&q=%20', body });
    expect(arrived?.headers).toMatchObject({ 'content-type': 'application/json', 'x-signature': 'a+b/c==' });
  });

  it('says nothing about a body that is not there', async () => {
    let headers: IncomingHttpHeaders = {};
    const { send } = await against((request, response) => {
      headers = request.headers;
      response.end('{}');
    });
    await send({ body: undefined });
    expect(headers['content-type']).toBeUndefined();
    expect(headers['content-length']).toBe('0');
  });
});

describe('what comes back', () => {
  it.each([200, 201, 204, 301, 400, 401, 404, 409, 422, 429, 500, 503])(
    'is an answer with status %d',
    async (status) => {
      const { send, seen } = await against((_request, response) => {
        response
          .writeHead(status, { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'] })
          .end(status === 204 ? '' : '{"x":1}');
      });
      expect(await send()).toMatchObject({
        status,
        headers: { 'retry-after': '7', 'set-cookie': 'a=1, b=2' },
        body: status === 204 ? '' : '{"x":1}',
      });
      expect(seen).toMatchObject([{ outcome: 'answered', status, method: 'POST', effect: 'write' }]);
    },
  );

  it('is the redirect itself, which nobody follows', async () => {
    let elsewhere = 0;
    const other = await against((_request, response) => {
      elsewhere += 1;
      response.end();
    });
    const { send } = await against((_request, response) => response.writeHead(307, { Location: other.origin }).end());
    expect(await send()).toMatchObject({ status: 307, headers: { location: other.origin } });
    expect(elsewhere).toBe(0);
  });

  it('is unzipped, and freed of a byte order mark', async () => {
    const { send } = await against((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip');
      response.writeHead(200, { 'Content-Encoding': 'GZIP' }).end(gzipSync('\ufeff{"name":"王"}'));
    });
    expect(await send()).toMatchObject({ status: 200, body: '{"name":"王"}' });
  });

  it('is read up to a mebibyte', async () => {
    const { send } = await against((_request, response) => response.end('x'.repeat(1_048_576)));
    const answer = await send();
    expect('body' in answer && answer.body.length).toBe(1_048_576);
  });

  it('is shown redacted, on one line and cut short', async () => {
    const { send, seen, origin } = await against(
      (_request, response) =>
        response.end(`{"memberNo":"6200-1234 5678",\n"access_token":"tok","x":"\u001b[31m${'y'.repeat(900)}"}`),
      { secrets: ['620012345678'] },
    );
    await send({ url: `${origin}/members/620012345678?key=abc&page=2` });
    expect(seen[0]?.path).toBe('/members/[redacted]?key&page');
    expect(seen[0]?.excerpt).toMatch(/^\{"memberNo":"\[redacted\]", "access_token":"?\[redacted\]"?,"x":"y+$/);
    expect(seen[0]?.excerpt).toHaveLength(512);
    expect(Number.isNaN(Date.parse(seen[0]?.at ?? ''))).toBe(false);
  });

  it('comes back although the observer fails', async () => {
    const { send } = await against((_request, response) => response.end('{}'), {
      observe: () => {
        throw new Error('observer');
      },
    });
    expect(await send()).toMatchObject({ status: 200 });
  });
});

describe('sockets', () => {
  it('are kept and used again', async () => {
    const { send, connections } = await against((_request, response) => response.end('{}'));
    await send();
    await send();
    expect(connections()).toBe(1);
  });

  it('are no more than allowed', async () => {
    const { send, connections } = await against((_request, response) => response.end('{}'), { maxSockets: 2 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => send()));
    expect(answers.every((answer) => 'status' in answer && answer.status === 200)).toBe(true);
    expect(connections()).toBe(2);
  });
});

describe('closing', () => {
  it('ends unused sockets at once and lets a call under way have its answer', async () => {
    const arrived = latch<() => void>();
    const idle = latch();
    const busy = latch();
    const server = createServer((request, response) => {
      const slow = request.url === '/slow';
      request.socket.on('close', () => (slow ? busy : idle).open());
      if (slow) arrived.open(() => response.end('{}'));
      else response.end('{}');
    });
    const origin = `http://127.0.0.1:${await listen(server)}`;
    const { send, agents } = ourSide(origin, { maxSockets: 2 });
    const [unused, slow] = [send(), send({ url: `${origin}/slow` })];
    await unused;
    const answer = await arrived.opened;
    agents.close();
    await idle.opened;
    answer();
    expect(await slow).toMatchObject({ status: 200 });
    await busy.opened;
  });
});

describe('a mapping bug', () => {
  const origin = 'https://supplier.example';
  const observe = (): void => {
    throw new Error('nothing happened that could be observed');
  };
  it.each([
    ['another host', { url: 'https://supplier.example.evil/x' }],
    ['another port', { url: 'https://supplier.example:444/x' }],
    ['another protocol', { url: 'http://supplier.example/x' }],
    ['no protocol', { url: '/x' }],
    ['a file', { url: 'file:///etc/passwd' }],
    ['credentials in the URL', { url: 'https://user:hunter2@supplier.example/x' }],
    ['a line break in a header', { headers: { 'x-a': 'b\r\nhunter2: c' } }],
    ['a header that is not ASCII', { headers: { 'x-name': '王' } }],
    ['a header name with a colon', { headers: { 'x:y': 'z' } }],
    ['a framing header', { headers: { 'Transfer-Encoding': 'chunked' } }],
  ])('(%s) is an error of ours, before anything is sent', async (_case, wrong) => {
    const http = createHttp({ ...ourSide(origin), ...FIXED, allowedOrigin: origin, observe });
    const sent = http.send({ method: 'POST', url: `${origin}/x`, effect: 'write', ...wrong });
    await expect(sent).rejects.toThrow(/^mapping bug: (?!.*(hunter2|evil|passwd))/);
    await expect(sent).rejects.not.toHaveProperty('fault');
  });
});

const FIXED = {
  timing: { connectMs: 1, firstByteMs: 1, totalMs: 1 },
  signal: new AbortController().signal,
  secrets: [],
};
