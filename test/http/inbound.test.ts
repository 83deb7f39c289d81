import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RawPush } from '../../src/spec/adapter.js';
import { CONNECTION, CONNECTION_ID, newWorld } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const push = (body: string | Uint8Array, headers: Record<string, string>, path = `/v1/inbound/${CONNECTION_ID}`) =>
  gateway.ask('POST', path, { key: null, idempotencyKey: null, body, headers });

describe('a push', () => {
  it('is handed on as it came: bytes, path with its query, headers in lower case', async () => {
    const bytes = Uint8Array.from([0xff, 0x00, 0x7b, 0x22]);
    const path = `/v1/inbound/${CONNECTION_ID}?b=2&a=%20`;
    const { status, json } = await push(bytes, { 'X-Signature': 'good', 'content-type': 'text/xml' }, path);
    expect([status, json]).toEqual([200, { received: 'accepted' }]);
    const { connectionId, push: taken } = gateway.world.asked.at(-1)?.input as { connectionId: string; push: RawPush };
    expect(connectionId).toBe(CONNECTION);
    expect(taken).toMatchObject({
      method: 'POST',
      path,
      headers: { 'x-signature': 'good', 'content-type': 'text/xml' },
    });
    expect([...taken.body]).toEqual([...bytes]);
  });

  it('that speaks of nothing known is 202', async () => {
    const inbound = { receive: async () => 'parked' as const };
    const other = await startGateway({ ...newWorld(), inbound });
    const answer = await other.ask('POST', `/v1/inbound/${CONNECTION_ID}`, { key: null, body: '{}' });
    expect([answer.status, answer.json]).toEqual([202, { received: 'parked' }]);
    await other.stop();
  });

  it('with a wrong signature, or at a connection that is none, is refused alike and noted', async () => {
    gateway.world.logged.length = 0;
    const bad = await push('{"never":"parsed"', { 'x-signature': 'forged' });
    const nowhere = await push('{}', { 'x-signature': 'good' }, '/v1/inbound/con_1');
    expect([bad.status, bad.json['code']]).toEqual([401, 'SIGNATURE_INVALID']);
    expect({ ...nowhere.json, requestId: '' }).toEqual({ ...bad.json, requestId: '' });
    const events = gateway.world.logged.filter(({ level }) => level === 'warn');
    expect(events.map(({ fields }) => fields['event'])).toEqual(Array(2).fill('security.signature-invalid'));
    expect(JSON.stringify(gateway.world.logged)).not.toMatch(/forged|never/);
  });

  it('of 1 MiB is taken, of one byte more refused', async () => {
    const size = 1024 * 1024;
    expect((await push(' '.repeat(size), { 'x-signature': 'good' })).status).toBe(200);
    expect((await push(' '.repeat(size + 1), { 'x-signature': 'good' })).status).toBe(413);
  });

  it('needs no body', async () => {
    expect((await gateway.ask('POST', `/v1/inbound/${CONNECTION_ID}`, { key: null })).status).toBe(401);
  });
});
