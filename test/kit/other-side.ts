import type { AddressInfo, Server, Socket } from 'node:net';
import { createAgents } from '../../src/kit/agents.js';
import { createHttp, type HttpOptions, type ObservedExchange } from '../../src/kit/http.js';
import type { Download, HttpRequest, HttpResponse } from '../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../src/spec/errors.js';

const closers: (() => Promise<void> | void)[] = [];

/** Ends what the tests of this file opened; for `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Lets a server listen on a free loopback port until `closeAll`; answers the port. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

/** Our side against one origin: `send` and `download` give the answer or the fault, `seen` what was observed. */
export function ourSide(origin: string, options: Partial<HttpOptions> & { ca?: string; maxSockets?: number } = {}) {
  const agents = createAgents({ maxSockets: options.maxSockets ?? 4, ca: options.ca });
  closers.push(() => agents.close());
  const seen: ObservedExchange[] = [];
  const http = createHttp({
    agents,
    timing: { connectMs: 5_000, firstByteMs: 5_000, totalMs: 10_000 },
    allowedOrigin: origin,
    signal: new AbortController().signal,
    observe: (exchange) => void seen.push(exchange),
    secrets: [],
    ...options,
  });
  const send = (request: Partial<HttpRequest> = {}): Promise<HttpResponse | Fault> =>
    orFault(http.send({ method: 'POST', url: `${origin}/`, effect: 'write', body: '{}', ...request }));
  const download = (headers: Record<string, string> = {}): Promise<Download | Fault> =>
    orFault(http.download({ method: 'GET', url: `${origin}/2026.csv`, headers }));
  return { send, download, seen, agents };
}

async function orFault<T>(exchange: Promise<T>): Promise<T | Fault> {
  try {
    return await exchange;
  } catch (error) {
    if (error instanceof AdapterFault) return error.fault;
    throw error;
  }
}

/** A promise and its key. */
export function latch<T = void>() {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
