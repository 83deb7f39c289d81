import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { preferredWait } from '../../src/http/prefer.js';
import { createApp } from '../../src/http/app.js';
import { createServer } from '../../src/http/server.js';
import { linkAnswer, newWorld, OPERATION } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody, linkBody, posts } from './samples.js';
import { linkView } from './views.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => {
  Object.assign(gateway.world, { links: newWorld().links, operations: newWorld().operations });
});
afterAll(() => gateway.stop());

const accrue = (prefer: string, idempotencyKey?: string) =>
  gateway.ask('POST', '/v1/accruals', {
    body: accrualBody,
    headers: { prefer },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

describe('Prefer', () => {
  it.each([
    [undefined, null],
    ['wait=10', 10],
    ['WAIT = "5"', 5],
    ['respond-async, wait=3; strict', 3],
    ['wait=99', 30],
    ['wait=0', 0],
    ['wait', null],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['await=5', null],
    ['handling=lenient', null],
  ])('%s asks for %s seconds', (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });
});

describe('an operation', () => {
  it('that comes to rest is 200 as it is then', async () => {
    const asked: unknown[] = [];
    gateway.world.operations = {
      ...gateway.world.operations,
      rested: async (...waiting) => asked.push(waiting) > 0,
    };
    const { status, json, headers } = await accrue('wait=99');
    expect([status, json['state'], headers.get('preference-applied')]).toEqual([200, 'posted', 'wait=30']);
    expect(headers.get('location')).toBe(`/v1/operations/${String(json['id'])}`);
    expect(asked).toEqual([[OPERATION, 30]]);
  });

  it.each(['createReversal', 'createRedemption', 'confirmRedemption', 'releaseRedemption', 'createRefund'])(
    'of %s is waited for too',
    async (name) => {
      const { path = '', body = {} } = posts[name] ?? {};
      const { status, headers } = await gateway.ask('POST', path, { body, headers: { prefer: 'wait=5' } });
      expect([status, headers.get('preference-applied')]).toEqual([200, 'wait=5']);
    },
  );

  it('that does not, or whose waiting fails, is 202 as it is stored', async () => {
    for (const rested of [async () => false, async () => Promise.reject(new Error('lost'))]) {
      gateway.world.operations = { ...gateway.world.operations, rested };
      const { status, json, headers } = await accrue('wait=1');
      expect([status, json['state'], headers.get('preference-applied')]).toEqual([202, 'queued', 'wait=1']);
    }
  });

  it('is not waited for without the preference, nor on a replay', async () => {
    const rested = async () => Promise.reject(new Error('nobody asked to wait'));
    expect((await accrue('wait=5', 'again')).status).toBe(200);
    gateway.world.operations = { ...gateway.world.operations, rested };
    expect((await accrue('handling=strict')).headers.has('preference-applied')).toBe(false);
  });

  it('gives a replay the stored 202 though the first answer was held', async () => {
    expect((await accrue('wait=5', 'held')).status).toBe(200);
    const replay = await accrue('wait=5', 'held');
    expect([replay.status, replay.json['state']]).toEqual([202, 'queued']);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    expect(replay.headers.has('preference-applied')).toBe(false);
  });
});

describe('a link', () => {
  it('that is verified meanwhile is 201', async () => {
    const links = newWorld().links;
    gateway.world.links = { ...links, create: async () => linkAnswer(202, { ...linkView, state: 'pending' }) };
    const answer = await gateway.ask('POST', '/v1/links', { body: linkBody, headers: { prefer: 'wait=10' } });
    expect([answer.status, answer.json['state']]).toEqual([201, 'active']);
    const unhurried = await gateway.ask('POST', '/v1/links', { body: linkBody });
    expect([unhurried.status, unhurried.json['state']]).toEqual([202, 'pending']);
  });

  it('that is gone meanwhile is 202 as it is stored', async () => {
    const pending = { ...linkView, state: 'pending' as const };
    gateway.world.links = {
      ...newWorld().links,
      create: async () => linkAnswer(202, pending),
      get: async () => Promise.reject(new Error('gone')),
    };
    const answer = await gateway.ask('POST', '/v1/links', { body: linkBody, headers: { prefer: 'wait=10' } });
    expect([answer.status, answer.json['state']]).toEqual([202, 'pending']);
  });
});

it('a server that goes down answers what it was holding', async () => {
  const world = newWorld();
  const stopping = new AbortController();
  const waiting = new EventEmitter();
  const begun = once(waiting, 'begun');
  const operations = {
    ...world.operations,
    rested: async () => {
      waiting.emit('begun');
      return new Promise<boolean>(() => undefined);
    },
  };
  const server = createServer(createApp({ ...world, operations, stopping: stopping.signal }));
  const port = await server.listen(0, '127.0.0.1');
  const held = fetch(`http://127.0.0.1:${port}/v1/accruals`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer all-a',
      'idempotency-key': 'k',
      prefer: 'wait=30',
      'content-type': 'application/json',
    },
    body: JSON.stringify(accrualBody),
  });
  await begun;
  stopping.abort();
  await Promise.all([held.then((response) => expect(response.status).toBe(202)), server.stop()]);
});
