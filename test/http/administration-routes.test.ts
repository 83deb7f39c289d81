import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '../../src/spec/typeid.js';
import { connectionView } from './administration-views.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { connectionBody, posts } from './samples.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => {
  gateway.world.asked.length = 0;
  gateway.world.logged.length = 0;
});
afterAll(() => gateway.stop());

const PLACE = '/v1/admin/connections';
const ID = fromTypeId('con', connectionView.id);
const lastAsked = () => gateway.world.asked.at(-1);

describe('a connection', () => {
  it('is made for a tenant, or for all when none is named, against a real supplier unless it is said', async () => {
    const made = await gateway.ask('POST', PLACE, { body: connectionBody });
    expect([made.status, made.headers.get('location')]).toEqual([201, `${PLACE}/${connectionView.id}`]);
    const tenantId = fromTypeId('ten', connectionBody.tenantId);
    expect(lastAsked()?.input).toEqual({ ...connectionBody, tenantId, language: 'en' });
    const { scheme, settings, secrets, reason } = connectionBody;
    await gateway.ask('POST', PLACE, { body: { scheme, settings, secrets, reason } });
    expect(lastAsked()?.input).toMatchObject({ tenantId: null, timing: 'normal' });
  });

  it('is listed by scheme and state', async () => {
    const { json } = await gateway.ask('GET', `${PLACE}?scheme=northwind-air&state=paused&limit=2`);
    expect(json['items']).toHaveLength(1);
    const filter = { scheme: 'northwind-air', state: 'paused' };
    expect(lastAsked()).toEqual({ name: 'listConnections', input: { filter, page: { limit: 2, cursor: undefined } } });
    expect((await gateway.ask('GET', `${PLACE}?state=open`)).json['errors']).toMatchObject([
      { pointer: '/query/state' },
    ]);
  });

  it('is changed by what is given', async () => {
    const body = { secrets: { password: 'new' }, reason: 'Yearly change' };
    expect((await gateway.ask('PATCH', `${PLACE}/${connectionView.id}`, { body })).status).toBe(200);
    expect(lastAsked()).toEqual({ name: 'changeConnection', input: { id: ID, ...body, language: 'en' } });
    for (const wrong of [{}, { reason: 'nothing' }, { secrets: body.secrets }]) {
      expect((await gateway.ask('PATCH', `${PLACE}/${connectionView.id}`, { body: wrong })).status).toBe(422);
    }
  });

  it('is checked without a body and without a key', async () => {
    const headers = { 'accept-language': 'zh' };
    const { status, json } = await gateway.ask('POST', `${PLACE}/${connectionView.id}/check`, {
      headers,
      idempotencyKey: null,
    });
    expect([status, json['result']]).toEqual([200, 'auth-failed']);
    expect(lastAsked()).toEqual({ name: 'checkConnection', input: { id: ID, language: 'zh' } });
  });

  it.each([
    ['a secret that is no text', { secrets: { password: { hidden: 'hunter2' } } }, '/secrets/password'],
    ['an empty secret', { secrets: { password: '' } }, '/secrets/password'],
    ['settings that are no object', { settings: 'hunter2' }, '/settings'],
    ['a state that only suppliers bring about', { state: 'hunter2' }, '/state'],
    ['a tenant that is none', { tenantId: 'hunter2' }, '/tenantId'],
    ['a member that is not known', { password: 'hunter2' }, '/password'],
    ['no reason', { reason: undefined }, '/reason'],
  ])('with %s is refused without a word of it', async (_what, change, pointer) => {
    const body = { ...connectionBody, ...change };
    const { status, json, text } = await gateway.ask('POST', PLACE, { body });
    expect([status, (json['errors'] as { pointer: string }[]).map((error) => error.pointer)]).toEqual([422, [pointer]]);
    expect(text).not.toContain('hunter2');
    expect(gateway.world.asked).toEqual([]);
    expect(JSON.stringify(gateway.world.logged)).not.toContain('hunter2');
  });
});

describe('a scheme', () => {
  it('is paused and resumed with a reason', async () => {
    const { path = '', body = {} } = posts['actOnScheme'] ?? {};
    const { status, json } = await gateway.ask('POST', path, { body });
    expect([status, json['state']]).toEqual([200, 'paused']);
    expect(lastAsked()).toEqual({ name: 'actOnScheme', input: { scheme: 'northwind-air', ...body } });
    for (const wrong of [{ action: 'pause' }, { action: 'stop', reason: 'x' }, { action: 'pause', reason: ' ' }]) {
      expect((await gateway.ask('POST', path, { body: wrong })).status).toBe(422);
    }
  });

  it('that is none is not found', async () => {
    for (const scheme of ['nobody', 'NOT A SCHEME', '%00']) {
      const { status, json } = await gateway.ask('GET', `/v1/support/schemes/${scheme}`);
      expect([status, json['code']]).toEqual([404, 'NOT_FOUND']);
    }
  });
});
