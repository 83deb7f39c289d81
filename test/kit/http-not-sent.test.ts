import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, latch, listen, ourSide } from './other-side.js';
import { selfSigned } from './self-signed.js';

const SHORT = { connectMs: 100, firstByteMs: 5_000, totalMs: 10_000 };
const good = selfSigned('localhost', { from: 2020, until: 2099 });

afterEach(closeAll);

/** A server that counts what arrives. */
function counting(server: Server): { server: Server; requests: () => number } {
  let requests = 0;
  server.on('request', (_request, response) => {
    requests += 1;
    response.end('{}');
  });
  return { server, requests: () => requests };
}

/** Lets TCP connections in and says nothing; `connected` gives the first. */
function silent() {
  const connected = latch<Socket>();
  return { server: createTcpServer((socket) => connected.open(socket)), connected: connected.opened };
}

describe('nothing was sent', () => {
  it('when the connection is refused', async () => {
    const port = await listen(createServer());
    await closeAll();
    const { send, seen } = ourSide(`http://127.0.0.1:${port}`);
    expect(await send()).toEqual({ kind: 'not-sent', detail: 'connection refused' });
    expect(seen).toMatchObject([{ outcome: 'not-sent', status: null, effect: 'write', excerpt: '' }]);
  });

  it('when the name does not resolve', async () => {
    const { send } = ourSide('http://no-such-supplier.invalid', { timing: SHORT });
    expect(await send()).toMatchObject({ kind: 'not-sent' });
  });

  it('when the connection does not stand in time', async () => {
    const { server } = silent();
    const { send } = ourSide(`https://localhost:${await listen(server)}`, { timing: SHORT, ca: good.cert });
    expect(await send()).toEqual({ kind: 'not-sent', detail: 'no connection in time' });
  });

  it('when the connection is reset in the TLS handshake', async () => {
    const { server, connected } = silent();
    const { send } = ourSide(`https://localhost:${await listen(server)}`, { ca: good.cert });
    const sent = send();
    (await connected).resetAndDestroy();
    expect(await sent).toEqual({ kind: 'not-sent', detail: 'connection reset' });
  });

  it('when no socket of the pool comes free in time', async () => {
    const arrived = latch();
    const origin = `http://127.0.0.1:${await listen(createServer(() => arrived.open()))}`;
    const first = ourSide(origin, { maxSockets: 1 });
    const held = first.send();
    await arrived.opened;
    const second = ourSide(origin, { agents: first.agents, timing: { ...SHORT, totalMs: 100 } });
    expect(await second.send()).toEqual({ kind: 'not-sent', detail: 'not finished in time' });
    await closeAll();
    expect(await held).toMatchObject({ kind: 'unknown-outcome' });
  });

  it.each([
    ['expired', selfSigned('localhost', { from: 2020, until: 2021 }), 'certificate expired'],
    ['for another host', selfSigned('elsewhere.example', { from: 2020, until: 2099 }), 'certificate of another host'],
  ])('when the certificate is %s', async (_case, pair, detail) => {
    const { server, requests } = counting(createTlsServer(pair));
    const { send } = ourSide(`https://localhost:${await listen(server)}`, { ca: pair.cert });
    expect(await send()).toEqual({ kind: 'not-sent', detail });
    expect(requests()).toBe(0);
  });

  it('when nobody vouches for the certificate, which no environment can change', async () => {
    const { server, requests } = counting(createTlsServer(good));
    const { send, agents } = ourSide(`https://localhost:${await listen(server)}`);
    expect(await send()).toEqual({ kind: 'not-sent', detail: 'certificate not trusted' });
    expect(requests()).toBe(0);
    // Said outright it overrules NODE_TLS_REJECT_UNAUTHORIZED, which a test cannot set: jest's process.env is a copy.
    expect(agents.https.options.rejectUnauthorized).toBe(true);
  });
});

describe('a lease', () => {
  it('of exactly the total and the margin is enough', async () => {
    const { server, requests } = counting(createServer());
    const lease = { remainingMs: () => 11_000, marginMs: 1_000 };
    const { send } = ourSide(`http://127.0.0.1:${await listen(server)}`, { lease });
    expect(await send()).toMatchObject({ status: 200 });
    expect(requests()).toBe(1);
  });

  it.each([10_999, 0, -5, Number.NaN])('with %d ms left does not even connect for a write', async (left) => {
    const { server } = counting(createServer());
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const { send } = ourSide(`http://127.0.0.1:${await listen(server)}`, {
      lease: { remainingMs: () => left, marginMs: 1_000 },
    });
    expect(await send()).toEqual({ kind: 'not-sent', detail: 'lease too short to begin a write' });
    expect(await send({ effect: 'read' })).toMatchObject({ status: 200 });
    expect(connections).toBe(1);
  });

  it.each(['a new', 'a kept'])('that ends before the first byte keeps it back on %s socket', async (which) => {
    const { server, requests } = counting(createServer());
    const left: number[] = [];
    const lease = { remainingMs: () => left.shift() ?? 0, marginMs: 0 };
    const { send } = ourSide(`http://127.0.0.1:${await listen(server)}`, { lease });
    const closed = latch();
    server.on('connection', (socket) => socket.on('close', () => closed.open()));
    if (which === 'a kept') await send({ effect: 'read' });
    const before = requests();
    left.push(10_000, 9_999);
    expect(await send()).toEqual({ kind: 'not-sent', detail: 'lease too short to begin a write' });
    await closed.opened;
    expect(requests()).toBe(before);
  });

  it('that ends during a slow TLS handshake keeps the first byte back', async () => {
    const { server, requests } = counting(createTlsServer(good));
    const inner = await listen(server);
    const door = silent();
    let left = 60_000;
    const { send } = ourSide(`https://localhost:${await listen(door.server)}`, {
      lease: { remainingMs: () => left, marginMs: 0 },
      ca: good.cert,
    });
    const closed = latch();
    server.on('connection', (socket: Socket) => socket.on('close', () => closed.open()));
    const sent = send();
    const outside = await door.connected;
    left = 0;
    const through = connect(inner, '127.0.0.1');
    outside.pipe(through).pipe(outside);
    expect(await sent).toEqual({ kind: 'not-sent', detail: 'lease too short to begin a write' });
    await closed.opened;
    expect(requests()).toBe(0);
  });
});

describe('an abort', () => {
  it('before the start sends nothing', async () => {
    const { server, requests } = counting(createServer());
    const { send } = ourSide(`http://127.0.0.1:${await listen(server)}`, { signal: AbortSignal.abort() });
    expect(await send()).toEqual({ kind: 'not-sent', detail: 'aborted by the caller' });
    expect(requests()).toBe(0);
  });

  it('while connecting sends nothing', async () => {
    const { server, connected } = silent();
    const control = new AbortController();
    const { send } = ourSide(`https://localhost:${await listen(server)}`, { signal: control.signal, ca: good.cert });
    const sent = send();
    await connected;
    control.abort();
    expect(await sent).toEqual({ kind: 'not-sent', detail: 'aborted by the caller' });
  });

  it('after the first byte is an unknown outcome', async () => {
    const arrived = latch();
    const port = await listen(createServer(() => arrived.open()));
    const control = new AbortController();
    const { send, seen } = ourSide(`http://127.0.0.1:${port}`, { signal: control.signal });
    const sent = send();
    await arrived.opened;
    control.abort();
    expect(await sent).toEqual({ kind: 'unknown-outcome', detail: 'aborted by the caller' });
    expect(seen).toMatchObject([{ outcome: 'unknown', status: null }]);
  });
});
