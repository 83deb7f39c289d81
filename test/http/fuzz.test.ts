import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileContract } from '../../src/http/contract.js';
import { LINK_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody, flightActivity, posts, quoteBody, railActivity, rewards, stayActivity } from './samples.js';
import { RESYNC_ID, RUN_ID } from './support-fakes.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

type Path = readonly (string | number)[];

/** Every place inside a value, the value itself included. */
function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, child]) => placesIn(child, [...at, name]))];
}

/** The value with what stands at a place replaced, or removed. */
function replaced(value: unknown, place: Path, by: unknown): unknown {
  const [first, ...rest] = place;
  if (first === undefined) return by;
  const members = Object.entries(value as object).map(([name, child]) => [
    name,
    name === String(first) ? replaced(child, rest, by) : (child as unknown),
  ]);
  return Object.fromEntries(members.filter(([, child]) => child !== undefined)) as unknown;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '‮',
    '2025-02-30',
    '1e9',
    '__proto__',
    "'; drop table operation",
    'x'.repeat(600),
  ),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -0, 2 ** 53, -1, 1e308, 0.1));
const junk = fc.oneof(text, number, fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined));
const start = fc.constantFrom<readonly [string, object]>(
  ...Object.values(posts).map(({ path, body }) => [path, body] as const),
  ...[flightActivity, stayActivity, railActivity].map(
    (activity) => ['/v1/accruals', { ...accrualBody, activity }] as const,
  ),
  ...rewards.map((reward) => ['/v1/quotes', { ...quoteBody, reward }] as const),
);

it('begins with a right body of every POST that takes JSON', async () => {
  const json = [...compileContract().operations].filter(
    ([, { method, mediaTypes }]) => method === 'post' && mediaTypes.includes('application/json'),
  );
  expect(Object.keys(posts).sort()).toEqual(json.map(([name]) => name).sort());
  for (const { path, body } of Object.values(posts)) {
    expect([200, 201, 202]).toContain((await gateway.ask('POST', path, { body })).status);
  }
});

it('a right body with any one thing wrong is taken or refused, as the contract says, and never a fault of ours', async () => {
  const request = start.chain(([path, body]) =>
    fc.tuple(
      fc.constant(path),
      fc.constantFrom(...placesIn(body)).map((place) => ({ body, place })),
      junk,
    ),
  );
  await fc.assert(
    fc.asyncProperty(request, async ([path, { body, place }, by]) => {
      const changed = JSON.stringify(replaced(body, place, by)) as string | undefined;
      const { status } = await gateway.ask('POST', path, { body: changed ?? '' });
      expect([200, 201, 202, 400, 404, 413, 422]).toContain(status);
    }),
    { numRuns: 500 },
  );
}, 60_000);

it('any query and any id is read or refused, as the contract says, and never a fault of ours', async () => {
  const paths = [
    '/v1/links',
    '/v1/operations',
    `/v1/links/${LINK_ID}/account`,
    `/v1/links/${LINK_ID}/timeline`,
    `/v1/support/reconciliations/${RUN_ID}/breaks`,
    `/v1/support/resyncs/${RESYNC_ID}/items`,
    '/v1/support/operations',
    '/v1/support/approvals',
  ];
  const byId = fc.constantFrom(
    '/v1/operations',
    '/v1/support/reconciliations',
    '/v1/support/resyncs',
    '/v1/support/requeues',
  );
  const names = fc.constantFrom('limit', 'cursor', 'state', 'maxAge', 'from', 'to', 'linkId', 'travellerRef', 'sort');
  const value = fc.oneof(text, fc.constantFrom('1', 'active', 'posted', LINK_ID, '2025-01-01T00:00:00Z')).map(encoded);
  const query = fc.array(fc.tuple(names, value), { maxLength: 3 });
  const id = text.map(encoded).filter((part) => part !== '' && part !== '.' && part !== '..');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), query, byId, id, async (path, pairs, place, part) => {
      const asked = pairs.map(([name, given]) => `${name}=${given}`).join('&');
      expect([200, 422]).toContain((await gateway.ask('GET', `${path}?${asked}`)).status);
      expect([404, 422]).toContain((await gateway.ask('GET', `${place}/${part}?${asked}`)).status);
    }),
    { numRuns: 200 },
  );
}, 60_000);

/** Percent-encodes what can be, and leaves half a surrogate pair as nothing. */
function encoded(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, ''));
}
