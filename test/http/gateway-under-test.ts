import { expect } from '@jest/globals';
import { createApp } from '../../src/http/app.js';
import { createServer, type HttpServer } from '../../src/http/server.js';
import { contractFaults, type Received } from './contract-check.js';
import { newWorld, type World } from './fakes.js';

/** What to ask; without a key nothing is sent as one. */
interface Ask {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | object;
  /** Sent as Idempotency-Key; `null` sends none. Every POST has a fresh one otherwise. */
  readonly idempotencyKey?: string | null;
}

/** An answer that the contract allows, with its JSON read. */
interface Answered extends Received {
  readonly json: Readonly<Record<string, unknown>>;
}

/** A listening gateway over fakes. */
export interface GatewayUnderTest {
  readonly world: World;
  readonly http: HttpServer;
  readonly port: number;
  /** Asks, and fails the test when the contract does not allow the answer. */
  ask(method: string, path: string, ask?: Ask): Promise<Answered>;
  stop(): Promise<void>;
}

export async function startGateway(world: World = newWorld()): Promise<GatewayUnderTest> {
  // Tests replace members of the world while the gateway runs.
  const http = createServer(
    createApp({
      ...world,
      links: late(world, 'links'),
      operations: late(world, 'operations'),
      redemptions: late(world, 'redemptions'),
    }),
  );
  const port = await http.listen(0, '127.0.0.1');
  return { world, http, port, ask: asker(port), stop: () => http.stop(0) };
}

function late<Name extends 'links' | 'operations' | 'redemptions'>(world: World, name: Name): World[Name] {
  return new Proxy(world[name], { get: (_target, member) => Reflect.get(world[name], member) as unknown });
}

function asker(port: number) {
  let asked = 0;
  return async (method: string, path: string, { key = 'all-a', headers, body, idempotencyKey }: Ask = {}) => {
    asked += 1;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const sent: Record<string, string> = { ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    if (key !== null) sent['authorization'] = `Bearer ${key}`;
    if (method === 'POST' && idempotencyKey !== null) sent['idempotency-key'] = idempotencyKey ?? `key-${asked}`;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { ...sent, ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: raw ? bytesOf(body) : JSON.stringify(body) }),
    });
    const received = { status: response.status, headers: new Map(response.headers), text: await response.text() };
    expect(contractFaults(method, path, received)).toEqual([]);
    return { ...received, json: jsonOf(received) };
  };
}

/** Bytes, so that fetch adds no content type of its own. */
function bytesOf(body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body);
}

function jsonOf({ headers, text }: Received): Readonly<Record<string, unknown>> {
  const isJson = /^application\/(problem\+)?json/.test(headers.get('content-type') ?? '');
  return isJson && text !== '' ? (JSON.parse(text) as Readonly<Record<string, unknown>>) : {};
}
