import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createApp } from '../../src/http/app.js';
import { createServer } from '../../src/http/server.js';
import { newWorld } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';

let gateway: GatewayUnderTest | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

describe('the server', () => {
  it('closes slow connections within 10 s for headers and 30 s for bodies', () => {
    const { server } = createServer(createApp(newWorld()));
    const every = Reflect.get(server, 'connectionsCheckingInterval') as unknown;
    expect(every).toBe(500);
    expect(server.headersTimeout + 500).toBeLessThanOrEqual(10_000);
    expect(server.requestTimeout + 500).toBeLessThanOrEqual(30_000);
    expect(server.maxHeadersCount).toBe(0);
  });

  it('serves others while many connections stand idle', async () => {
    gateway = await startGateway();
    const { port } = gateway;
    const idle = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const socket = net.connect(port, '127.0.0.1');
        await once(socket, 'connect');
        socket.write('GET /healthz HTTP/1.1\r\nHost:');
        return socket;
      }),
    );
    expect((await gateway.ask('GET', '/healthz', { key: null })).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });

  it('finishes what is under way when it stops, and takes nothing new', async () => {
    const begun: (() => void)[] = [];
    const hasBegun = new Promise<void>((resolve) => begun.push(resolve));
    const finish: (() => void)[] = [];
    const mayFinish = new Promise<void>((resolve) => finish.push(resolve));
    const ready = async () => {
      begun[0]?.();
      await mayFinish;
      return { ok: true, checks: {} };
    };
    const { http, port } = await startGateway({ ...newWorld(), ready });
    const under = fetch(`http://127.0.0.1:${port}/readyz`);
    await hasBegun;
    const stopped = http.stop();
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
    finish[0]?.();
    expect((await under).status).toBe(200);
    await stopped;
  });

  it('cuts what does not finish', async () => {
    const { http, port } = await startGateway({ ...newWorld(), ready: () => new Promise(() => undefined) });
    const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(http.server, 'request');
    const closed = once(socket, 'close');
    await http.stop(10);
    await closed;
    expect(http.server.listening).toBe(false);
  });

  it('says so when the port is taken', async () => {
    gateway = await startGateway();
    const second = createServer(createApp(newWorld()));
    await expect(second.listen(gateway.port, '127.0.0.1')).rejects.toThrow('EADDRINUSE');
  });
});
