import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LINK_ID, OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

describe('query parameters', () => {
  it.each([
    ['/v1/links?limit=0', '/query/limit'],
    ['/v1/links?limit=201', '/query/limit'],
    ['/v1/links?limit=1e9', '/query/limit'],
    ['/v1/links?limit=05', '/query/limit'],
    ['/v1/links?limit=', '/query/limit'],
    ['/v1/links?limit=99999999999999999999', '/query/limit'],
    ['/v1/links?limit=5&limit=6', '/query/limit'],
    ['/v1/links?cursor=', '/query/cursor'],
    [`/v1/links?cursor=${'x'.repeat(1025)}`, '/query/cursor'],
    ['/v1/links?sort=%3Bdrop', '/query/sort'],
    ['/v1/links?state=posted', '/query/state'],
    ['/v1/links?travellerRef=a%00b', '/query/travellerRef'],
    ['/v1/links?travellerRef=%ff', '/query/travellerRef'],
    ['/v1/links?travellerRef=%', '/query/travellerRef'],
    ['/v1/links?travellerRef=%ed%a0%80', '/query/travellerRef'],
    ['/v1/links?travellerRef=a%0Ab', '/query/travellerRef'],
    ['/v1/links?%ff=1', '/query/'],
    ['/v1/links?__proto__=1', '/query/__proto__'],
    ['/v1/links?travellerRef[]=1', '/query/travellerRef[]'],
    ['/v1/links?tenant=b', '/query/tenant'],
    ['/v1/operations?kind=gift', '/query/kind'],
    ['/v1/operations?linkId=lnk_1', '/query/linkId'],
    [`/v1/operations?linkId=${OPERATION_ID}`, '/query/linkId'],
    ['/v1/operations?from=2025-01-01', '/query/from'],
    ['/v1/operations?to=9999-01-01T00:00:00Z', '/query/to'],
    ['/v1/operations?from=2025-01-02T00:00:00Z&to=2025-01-01T00:00:00Z', '/query/to'],
    ['/v1/operations?from=2025-01-01T00:00:00.5Z&to=2025-01-01T00:00:00Z', '/query/to'],
    [`/v1/links/${LINK_ID}/account?maxAge=-1`, '/query/maxAge'],
    [`/v1/links/${LINK_ID}/account?maxAge=1.5`, '/query/maxAge'],
    [`/v1/links/${LINK_ID}/statement?since=2025-02-30`, '/query/since'],
    ['/v1/travellers/x?for=fun', '/query/for'],
    ['/v1/schemes?limit=5', '/query/limit'],
    [`/v1/operations/${OPERATION_ID}?expand=all`, '/query/expand'],
  ])('%s is 422', async (path, pointer) => {
    const { status, json } = await gateway.ask('GET', path);
    expect([status, json['code']]).toEqual([422, 'INVALID']);
    expect((json['errors'] as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer);
  });

  it.each(['/v1/links?', '/v1/links?&&', '/v1/links?limit=1', '/v1/links?travellerRef=a=b'])(
    '%s is read',
    async (path) => {
      expect((await gateway.ask('GET', path)).status).toBe(200);
    },
  );

  it('a POST takes none', async () => {
    const { status, json } = await gateway.ask('POST', '/v1/accruals?dryRun=true', { body: {} });
    expect(status).toBe(422);
    expect((json['errors'] as { pointer: string }[])[0]?.pointer).toBe('/query/dryRun');
  });
});
