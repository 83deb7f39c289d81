import { createServer, type RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { HttpGate } from '../../src/kit/http-gate.js';
import { AdapterFault } from '../../src/spec/errors.js';
import { closeAll, listen, ourSide } from './other-side.js';

afterEach(closeAll);

/** A supplier that answers so, and a gate that writes down what it is asked and told. */
async function gated(answer: RequestListener, options: Parameters<typeof ourSide>[1] = {}) {
  const origin = `http://127.0.0.1:${await listen(createServer(answer))}`;
  return { origin, ...noted(origin, options) };
}

function noted(origin: string, options: Parameters<typeof ourSide>[1] = {}) {
  const asked: unknown[] = [];
  const told: string[] = [];
  const gate: HttpGate = (work, withinMs) => {
    asked.push({ work, withinMs });
    return Promise.resolve((end) => void told.push(end));
  };
  return { asked, told, ...ourSide(origin, { gate, ...options }) };
}

describe('the gate of requests', () => {
  it('is asked once before each, by what it is to the supplier', async () => {
    const { send, download, asked, told, origin } = await gated((_request, response) => response.end('{}'));
    await send();
    await send({ method: 'GET', effect: 'read', url: `${origin}/members` });
    await download();
    expect(asked).toEqual([
      { work: 'write', withinMs: 1_000 },
      { work: 'look-up', withinMs: 1_000 },
      { work: 'file', withinMs: 1_000 },
    ]);
    expect(told).toEqual(['answered', 'answered', 'answered']);
  });

  it.each([
    [200, {}, 'answered'],
    [404, {}, 'answered'],
    [429, { 'retry-after': '2' }, 'throttled'],
    [500, {}, 'failed'],
    [503, {}, 'failed'],
    [503, { 'retry-after': '2' }, 'busy'],
    [504, { 'retry-after': '2' }, 'failed'],
  ])('is told of HTTP %i %j as %s', async (status, headers, end) => {
    const { send, told } = await gated((_request, response) => response.writeHead(status, headers).end('{}'));
    await send();
    expect(told).toEqual([end]);
  });

  it('is told of what broke, hung or was refused as failed', async () => {
    const timing = { connectMs: 1_000, firstByteMs: 100, totalMs: 1_000 };
    const hung = await gated(() => undefined, { timing });
    const broken = await gated((request) => request.socket.destroy());
    const cut = await gated((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      response.socket?.end();
    });
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const refused = noted(`http://127.0.0.1:${port}`);
    for (const one of [hung, broken, cut, refused]) {
      await one.send();
      expect(one.told).toEqual(['failed']);
    }
  });

  it('is told nothing of the supplier by what was stopped here', async () => {
    const control = new AbortController();
    const { send, told, asked } = await gated(() => control.abort(), { signal: control.signal });
    await send();
    expect(told).toEqual(['nothing']);
    await send();
    expect(asked).toHaveLength(1);
  });

  it('is not asked for a write whose lease is too short, and waits no longer than a lease allows', async () => {
    const timing = { connectMs: 100, firstByteMs: 500, totalMs: 1_000 };
    const lease = (remainingMs: number) => ({ remainingMs: () => remainingMs, marginMs: 200 });
    const { send, asked } = await gated((_request, response) => response.end('{}'), { timing, lease: lease(1_150) });
    expect(await send()).toMatchObject({ kind: 'not-sent' });
    expect(asked).toEqual([]);
    const longer = await gated((_request, response) => response.end('{}'), { timing, lease: lease(1_500) });
    await longer.send();
    expect(longer.asked).toEqual([{ work: 'write', withinMs: 300 }]);
  });

  it('takes no answer away when it fails at counting it', async () => {
    const gate: HttpGate = () =>
      Promise.resolve(() => {
        throw new TypeError('lost count');
      });
    const { send } = await gated((_request, response) => response.end('{"taken":true}'), { gate });
    expect(await send()).toMatchObject({ status: 200, body: '{"taken":true}' });
  });

  it('lets nothing out that it refuses, which is seen as not sent', async () => {
    let requests = 0;
    const { send, seen } = await gated(
      (_request, response) => {
        requests += 1;
        response.end('{}');
      },
      { gate: () => Promise.reject(new AdapterFault({ kind: 'not-sent', detail: 'breaker open' })) },
    );
    expect(await send()).toEqual({ kind: 'not-sent', detail: 'breaker open' });
    expect(requests).toBe(0);
    expect(seen).toMatchObject([{ status: null, outcome: 'not-sent', effect: 'write' }]);
  });
});
