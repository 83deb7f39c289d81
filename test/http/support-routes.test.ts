import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LINK, LINK_ID, OPERATION, OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { posts, resyncBody } from './samples.js';
import { BREAK, BREAK_ID, RESYNC_ID, RUN, RUN_ID } from './support-fakes.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => {
  gateway.world.asked.length = 0;
});
afterAll(() => gateway.stop());

const lastAsked = () => gateway.world.asked.at(-1);
const actions = `/v1/support/breaks/${BREAK_ID}/actions`;

describe('a reconciliation', () => {
  it('is opened for a scheme and a day', async () => {
    const body = { scheme: 'china-railway', businessDate: '2025-01-02' };
    const { status, json, headers } = await gateway.ask('POST', '/v1/support/reconciliations', { body });
    expect([status, json['state']]).toEqual([202, 'waiting']);
    expect(headers.get('location')).toBe(`/v1/support/reconciliations/${RUN_ID}`);
    expect(lastAsked()).toEqual({ name: 'open', input: body });
  });

  it('gives its breaks by state, in the language asked for', async () => {
    const path = `/v1/support/reconciliations/${RUN_ID}/breaks`;
    const headers = { 'accept-language': 'zh' };
    const { json } = await gateway.ask('GET', `${path}?state=open&limit=2&cursor=abc`, { headers });
    expect(json['items']).toHaveLength(2);
    const input = { filter: { state: 'open' }, page: { limit: 2, cursor: 'abc' }, language: 'zh' };
    expect(lastAsked()).toEqual({ name: 'breaks', input });
    await gateway.ask('GET', path);
    expect(lastAsked()?.input).toMatchObject({ filter: { state: undefined }, page: { limit: 50 }, language: 'en' });
    expect((await gateway.ask('GET', `${path}?state=closed`)).json['errors']).toMatchObject([
      { pointer: '/query/state' },
    ]);
  });

  it('is signed off with a reason', async () => {
    const path = `/v1/support/reconciliations/${RUN_ID}/sign-off`;
    expect((await gateway.ask('POST', path, { body: { reason: 'All explained' } })).status).toBe(202);
    expect(lastAsked()).toEqual({ name: 'signOff', input: { id: RUN, reason: 'All explained' } });
  });
});

describe('a break', () => {
  it.each([
    ['look-up', {}, `/v1/support/resyncs/${RESYNC_ID}`],
    ['assign', { owner: 'ops-7' }, `/v1/support/reconciliations/${RUN_ID}`],
    ['resolve', {}, `/v1/support/reconciliations/${RUN_ID}`],
  ])('takes %s', async (action, more, location) => {
    const body = { action, reason: 'Ours to find out', ...more };
    const { status, headers } = await gateway.ask('POST', actions, { body });
    expect([status, headers.get('location')]).toEqual([202, location]);
    const input = { breakId: BREAK, owner: undefined, language: 'en', ...body };
    expect(lastAsked()).toEqual({ name: 'act', input });
  });
});

describe('a resync', () => {
  it('is started over a scope, dry only when asked to be', async () => {
    const { status, headers } = await gateway.ask('POST', '/v1/support/resyncs', { body: resyncBody });
    expect([status, headers.get('location')]).toEqual([202, `/v1/support/resyncs/${RESYNC_ID}`]);
    const scope = { ...resyncBody.scope, linkId: LINK, operationIds: [OPERATION] };
    expect(lastAsked()).toEqual({ name: 'start', input: { ...resyncBody, scope } });
    await gateway.ask('POST', '/v1/support/resyncs', { body: { scope: { linkId: LINK_ID }, reason: 'x' } });
    expect(lastAsked()?.input).toMatchObject({ scope: { linkId: LINK, operationIds: undefined }, dryRun: false });
  });

  it('takes 200 operations and no more', async () => {
    const ids = (count: number) =>
      Array.from({ length: count }, (_, i) => OPERATION_ID.slice(0, -3) + String(i).padStart(3, '0'));
    const start = (operationIds: readonly string[]) =>
      gateway.ask('POST', '/v1/support/resyncs', { body: { scope: { operationIds }, reason: 'x' } });
    expect((await start(ids(200))).status).toBe(202);
    const { status, json } = await start(ids(201));
    expect([status, json['errors']]).toMatchObject([422, [{ pointer: '/scope/operationIds' }]]);
  });

  it('gives what it came to, by the page', async () => {
    const { json } = await gateway.ask('GET', `/v1/support/resyncs/${RESYNC_ID}/items?limit=1`);
    expect(json['items']).toHaveLength(2);
    expect(lastAsked()).toEqual({ name: 'items', input: { limit: 1, cursor: undefined } });
  });
});

it('nothing of support is waited for: it says where to look instead', async () => {
  for (const name of ['createReconciliation', 'signOffReconciliation', 'actOnBreak', 'createResync']) {
    const { path = '', body = {} } = posts[name] ?? {};
    const answer = await gateway.ask('POST', path, { body, headers: { prefer: 'wait=10' } });
    expect([answer.status, answer.headers.has('preference-applied')]).toEqual([202, false]);
    expect(answer.headers.get('location')).toMatch(/^\/v1\/support\//);
  }
});
