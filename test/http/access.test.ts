import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SCOPES } from '../../src/core/access/caller.js';
import { compileContract } from '../../src/http/contract.js';
import { callerWith, CONNECTION_ID, LINK_ID, NOBODY, OPERATION_ID } from './fakes.js';
import { APPROVAL_ID, REQUEUE_ID } from './support-desk-fakes.js';
import { BREAK_ID, RESYNC_ID, RUN_ID } from './support-fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { toTypeId } from '../../src/spec/typeid.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.world.logged.length = 0;
});

const guarded = [...compileContract().operations.values()].filter(({ scope }) => scope !== null);
const ID_BELOW: Readonly<Record<string, string>> = {
  '/v1/links': LINK_ID,
  '/v1/support/reconciliations': RUN_ID,
  '/v1/support/breaks': BREAK_ID,
  '/v1/support/resyncs': RESYNC_ID,
  '/v1/support/approvals': APPROVAL_ID,
  '/v1/support/requeues': REQUEUE_ID,
  '/v1/admin/connections': CONNECTION_ID,
};
const pathOf = (path: string) =>
  path
    .replace('{scheme}', 'northwind-air')
    .replace('{ref}', 'emp-1')
    .replace('{id}', ID_BELOW[path.split('/{id}')[0] ?? ''] ?? OPERATION_ID);
const events = () => gateway.world.logged.filter(({ level }) => level === 'warn').map(({ fields }) => fields);

it('every operation under /v1 but the push of a supplier needs a key', () => {
  const open = [...compileContract().operations.values()].filter(({ scope }) => scope === null).map(({ path }) => path);
  expect(open.sort()).toEqual([
    '/docs',
    '/healthz',
    '/metrics',
    '/openapi.json',
    '/readyz',
    '/v1/inbound/{connection}',
  ]);
});

describe.each(guarded.map(({ method, path, scope }) => [method.toUpperCase(), path, scope] as const))(
  '%s %s',
  (method, path, scope) => {
    it(`answers 403 to a key with every scope but ${String(scope)}, before it looks at anything else`, async () => {
      gateway.world.callers.set('other', callerWith(SCOPES.filter((other) => other !== scope)));
      const answer = await gateway.ask(method, `${pathOf(path)}?nonsense`, { key: 'other', idempotencyKey: null });
      expect([answer.status, answer.json['code']]).toEqual([403, 'FORBIDDEN']);
      expect(events()).toMatchObject([
        { event: 'security.forbidden', route: path, tenantId: 'tenant-a', keyId: 'key-1' },
      ]);
    });

    it('answers 401 alike to no key, an unknown one and all that is no key', async () => {
      const told: unknown[] = [];
      const nonsense = [
        'Bearer',
        'Bearer  ',
        'Bearer a b',
        'Basic YTpi',
        'all-a',
        `Bearer ${'x'.repeat(513)}`,
        'Bearer \u00e9',
      ];
      for (const authorization of ['', 'Bearer unknown', ...nonsense]) {
        const headers: Record<string, string> = authorization === '' ? {} : { authorization };
        const { status, json } = await gateway.ask(method, pathOf(path), { key: null, headers, idempotencyKey: null });
        told.push({ status, ...json, requestId: 'the same but for this' });
      }
      expect(told[0]).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
      expect(events()).toHaveLength(told.length);
      expect(events()[0]).toMatchObject({ event: 'security.unauthenticated', route: path });
      expect(JSON.stringify(events())).not.toMatch(/unknown|YTpi|all-a/);
    });
  },
);

describe('numbers in clear', () => {
  it('need read-numbers, and read as well', async () => {
    gateway.world.callers.set('reader', callerWith(['read']));
    gateway.world.callers.set('numbers', callerWith(['read-numbers']));
    expect((await gateway.ask('GET', '/v1/travellers/x', { key: 'reader' })).status).toBe(200);
    expect((await gateway.ask('GET', '/v1/travellers/x?for=booking', { key: 'reader' })).status).toBe(403);
    expect((await gateway.ask('GET', '/v1/travellers/x?for=booking', { key: 'numbers' })).status).toBe(403);
    expect((await gateway.ask('GET', '/v1/travellers/x?for=booking')).status).toBe(200);
  });
});

it('an id that leads nowhere is noted with who asked', async () => {
  await gateway.ask('GET', `/v1/links/${toTypeId('lnk', NOBODY)}`, { key: 'all-b' });
  expect(events()).toMatchObject([{ event: 'security.not-found', route: '/v1/links/{id}', tenantId: 'tenant-b' }]);
});

it('a key may be written with any case of Bearer', async () => {
  const answer = await gateway.ask('GET', '/v1/schemes', { key: null, headers: { authorization: 'bEARER all-a' } });
  expect(answer.status).toBe(200);
});
