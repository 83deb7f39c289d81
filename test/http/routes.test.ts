import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CONNECTION_ID, LINK, LINK_ID, newWorld, NOBODY, OPERATION, OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody, flightActivity, linkBody, posts, railActivity, stayActivity } from './samples.js';
import { RESYNC_ID, RUN_ID } from './support-fakes.js';
import { compileContract } from '../../src/http/contract.js';
import { toTypeId } from '../../src/spec/typeid.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway(newWorld());
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.world.asked.length = 0;
});

const lastAsked = () => gateway.world.asked.at(-1)?.input;

describe('reading', () => {
  it.each([
    ['/v1/schemes'],
    ['/v1/schemes/northwind-air'],
    ['/v1/links'],
    [`/v1/links/${LINK_ID}`],
    [`/v1/links/${LINK_ID}/account`],
    [`/v1/links/${LINK_ID}/statement`],
    [`/v1/links/${LINK_ID}/timeline`],
    ['/v1/travellers/emp-1001'],
    ['/v1/operations'],
    [`/v1/operations/${OPERATION_ID}`],
    [`/v1/operations/${OPERATION_ID}/explanation?lang=zh`],
    [`/v1/support/reconciliations/${RUN_ID}`],
    [`/v1/support/reconciliations/${RUN_ID}/breaks`],
    [`/v1/support/resyncs/${RESYNC_ID}`],
    [`/v1/support/resyncs/${RESYNC_ID}/items`],
    ['/v1/support/schemes/northwind-air'],
    ['/v1/admin/connections'],
    [`/v1/admin/connections/${CONNECTION_ID}`],
  ])('%s answers what the contract describes, to HEAD as well', async (path) => {
    const got = await gateway.ask('GET', path);
    expect(got.status).toBe(200);
    expect(got.headers.get('cache-control')).toBe('no-store');
    const head = await gateway.ask('HEAD', path);
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('gives the filters and the page of a list to the use case', async () => {
    await gateway.ask(
      'GET',
      '/v1/links?travellerRef=%E7%8E%8B+1&state=active&organisation=acme/sales&limit=200&cursor=abc',
    );
    expect(lastAsked()).toEqual({
      filter: { travellerRef: '王 1', scheme: undefined, state: 'active', organisation: 'acme/sales' },
      page: { limit: 200, cursor: 'abc' },
    });
    const range = 'from=2025-01-01T00:00:00Z&to=2025-01-01T00:00:00.5Z';
    await gateway.ask('GET', `/v1/operations?kind=accrual&linkId=${LINK_ID}&${range}`);
    expect(lastAsked()).toMatchObject({
      filter: { kind: 'accrual', linkId: LINK, from: '2025-01-01T00:00:00Z' },
      page: { limit: 50, cursor: undefined },
    });
  });

  it('asks for an account at most five minutes old unless told', async () => {
    await gateway.ask('GET', `/v1/links/${LINK_ID}/account`);
    expect(lastAsked()).toBe(300);
    await gateway.ask('GET', `/v1/links/${LINK_ID}/account?maxAge=0`);
    expect(lastAsked()).toBe(0);
  });

  it('decodes what a path names, and takes the reader of a traveller from the query', async () => {
    await gateway.ask('GET', '/v1/travellers/a%2Fb%20%E7%8E%8B');
    expect(lastAsked()).toEqual({ travellerRef: 'a/b 王', audience: 'screen' });
    await gateway.ask('GET', '/v1/travellers/x?for=booking');
    expect(lastAsked()).toEqual({ travellerRef: 'x', audience: 'booking' });
  });
});

describe('creating', () => {
  it('links: spells out the short holder and leaves redirects aside', async () => {
    const body = { ...linkBody, returnUrl: 'https://example.com/back', surface: 'app', metadata: { a: 'b' } };
    const made = await gateway.ask('POST', '/v1/links', { body });
    expect([made.status, made.headers.get('location')]).toEqual([201, `/v1/links/${LINK_ID}`]);
    expect(lastAsked()).toMatchObject({
      holder: { names: [{ script: 'Latn', family: 'Meyer', given: 'Anna' }] },
      form: {},
      metadata: { a: 'b' },
    });
    expect(lastAsked()).not.toHaveProperty('returnUrl');
  });

  it('links: a Chinese character anywhere in a short name makes it Hani; names are taken as they are', async () => {
    await gateway.ask('POST', '/v1/links', { body: { ...linkBody, holder: { familyName: '王' } } });
    expect(lastAsked()).toMatchObject({ holder: { names: [{ script: 'Hani', family: '王' }] } });
    const holder = {
      names: [{ script: 'Latn', family: 'WANG' }],
      document: { type: 'resident-identity-card', last4: '123X' },
    };
    await gateway.ask('POST', '/v1/links', { body: { ...linkBody, holder } });
    expect(lastAsked()).toMatchObject({ holder });
  });

  it.each([
    ['flight', flightActivity],
    ['stay', stayActivity],
    ['rail', railActivity],
  ])('accruals: a %s goes to the use case as it was sent', async (_type, activity) => {
    const body = { ...accrualBody, activity, bonusPoints: 0, notBefore: '2030-01-01T00:00:00Z' };
    const made = await gateway.ask('POST', '/v1/accruals', { body });
    expect([made.status, made.headers.get('location')]).toEqual([202, `/v1/operations/${OPERATION_ID}`]);
    expect(lastAsked()).toEqual({ ...body, linkId: LINK, clientReference: undefined, metadata: {} });
  });

  it('reversals: the accrual of the path, all that is left without points', async () => {
    const made = await gateway.ask('POST', `/v1/accruals/${OPERATION_ID}/reversal`, { body: { reason: 'Refunded' } });
    expect(made.status).toBe(202);
    expect(lastAsked()).toMatchObject({ accrualId: OPERATION, points: undefined, reason: 'Refunded' });
  });
});

describe('what is not there', () => {
  const places = [
    ['GET', '/v1/links/{id}', 'lnk'],
    ['GET', '/v1/links/{id}/account', 'lnk'],
    ['GET', '/v1/links/{id}/statement', 'lnk'],
    ['GET', '/v1/links/{id}/timeline', 'lnk'],
    ['GET', '/v1/operations/{id}', 'op'],
    ['GET', '/v1/operations/{id}/explanation', 'op'],
    ['POST', '/v1/accruals/{id}/reversal', 'op'],
    ['POST', '/v1/redemptions/{id}/confirm', 'op'],
    ['POST', '/v1/redemptions/{id}/release', 'op'],
    ['POST', '/v1/redemptions/{id}/refund', 'op'],
    ['GET', '/v1/support/reconciliations/{id}', 'rcn'],
    ['GET', '/v1/support/reconciliations/{id}/breaks', 'rcn'],
    ['POST', '/v1/support/reconciliations/{id}/sign-off', 'rcn'],
    ['POST', '/v1/support/breaks/{id}/actions', 'brk'],
    ['GET', '/v1/support/resyncs/{id}', 'rsy'],
    ['GET', '/v1/support/resyncs/{id}/items', 'rsy'],
    ['GET', '/v1/support/operations/{id}', 'op'],
    ['POST', '/v1/support/operations/{id}/actions', 'op'],
    ['GET', '/v1/support/approvals/{id}', 'apr'],
    ['POST', '/v1/support/approvals/{id}', 'apr'],
    ['GET', '/v1/support/requeues/{id}', 'rqu'],
    ['GET', '/v1/admin/connections/{id}', 'con'],
    ['PATCH', '/v1/admin/connections/{id}', 'con'],
    ['POST', '/v1/admin/connections/{id}/check', 'con'],
  ] as const;
  const patches: Readonly<Record<string, object>> = {
    '/v1/admin/connections/{id}': { timing: 'fast', reason: 'Yearly change' },
  };
  const bodyFor = (path: string) =>
    patches[path] ?? Object.values(posts).find((post) => patternOf(path).test(post.path))?.body ?? {};
  const patternOf = (path: string) => new RegExp(`^${path.replace('{id}', '[^/]+')}$`);

  it('covers every address with an id in it', () => {
    const withId = [...compileContract().operations.values()].filter(({ path }) => path.includes('{id}'));
    expect(places.map(([method, path]) => `${method} ${path}`).sort()).toEqual(
      withId.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
    );
  });

  it.each(places)(
    '%s %s: an id that is none and an id that leads nowhere are answered alike',
    async (method, path, prefix) => {
      const body = method === 'GET' || path.endsWith('/check') ? {} : { body: bodyFor(path) };
      const wrongPrefix = toTypeId('key', NOBODY);
      const told: unknown[] = [];
      for (const id of [
        toTypeId(prefix, NOBODY),
        'x',
        wrongPrefix,
        `${prefix}_${'z'.repeat(26)}`,
        '%00',
        '%zz',
        '%ff',
      ]) {
        const { status, json } = await gateway.ask(method, path.replace('{id}', id), body);
        told.push({ status, ...json, requestId: 'the same but for this' });
      }
      expect(told).toHaveLength(7);
      expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
      expect(told[0]).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    },
  );

  it('a scheme that nobody knows is not found, whatever its name looks like', async () => {
    for (const name of ['atlantis', 'Atlantis', '%20']) {
      expect((await gateway.ask('GET', `/v1/schemes/${name}`)).json['code']).toBe('NOT_FOUND');
    }
  });

  it('a traveller whose reference cannot be one is not found, and nobody is asked', async () => {
    for (const ref of ['a%0Ab', '%20', 'x'.repeat(129)]) {
      expect((await gateway.ask('GET', `/v1/travellers/${ref}`)).json['code']).toBe('NOT_FOUND');
    }
    expect(gateway.world.asked).toEqual([]);
  });

  it.each(['/v1', '/v1/nothing', '/v1/links/', '/V1/links', '//v1/links', '/docs/package.json', '/v1/accruals/a/b/c'])(
    '%s is no route',
    async (path) => {
      expect((await gateway.ask('GET', path)).json['code']).toBe('NOT_FOUND');
    },
  );

  it.each([
    ['DELETE', '/v1/links', 'GET, HEAD, POST'],
    ['GET', '/v1/accruals', 'POST'],
    ['PUT', `/v1/links/${LINK_ID}`, 'GET, HEAD'],
    ['OPTIONS', '/v1/operations', 'GET, HEAD'],
    ['GET', '/v1/accruals/batch', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('%s %s is refused with the methods there are', async (method, path, allowed) => {
    const { status, headers } = await gateway.ask(method, path, { key: null });
    expect([status, headers.get('allow')]).toEqual([405, allowed]);
  });
});
