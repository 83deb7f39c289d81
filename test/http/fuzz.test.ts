import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LINK_ID, OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody, flightActivity, linkBody, railActivity, reversalBody, stayActivity } from './samples.js';

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
  ['/v1/links', linkBody],
  [`/v1/accruals/${OPERATION_ID}/reversal`, reversalBody],
  ...[accrualBody.activity, flightActivity, stayActivity, railActivity].map((activity): readonly [string, object] => [
    '/v1/accruals',
    { ...accrualBody, activity },
  ]),
);

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
      expect([201, 202, 400, 404, 413, 422]).toContain(status);
    }),
    { numRuns: 300 },
  );
}, 60_000);

it('any query and any id is read or refused, as the contract says, and never a fault of ours', async () => {
  const paths = ['/v1/links', '/v1/operations', `/v1/links/${LINK_ID}/account`, `/v1/links/${LINK_ID}/timeline`];
  const names = fc.constantFrom('limit', 'cursor', 'state', 'maxAge', 'from', 'to', 'linkId', 'travellerRef', 'sort');
  const value = fc.oneof(text, fc.constantFrom('1', 'active', 'posted', LINK_ID, '2025-01-01T00:00:00Z')).map(encoded);
  const query = fc.array(fc.tuple(names, value), { maxLength: 3 });
  const id = text.map(encoded).filter((part) => part !== '' && part !== '.' && part !== '..');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), query, id, async (path, pairs, part) => {
      const asked = pairs.map(([name, given]) => `${name}=${given}`).join('&');
      expect([200, 422]).toContain((await gateway.ask('GET', `${path}?${asked}`)).status);
      expect([404, 422]).toContain((await gateway.ask('GET', `/v1/operations/${part}?${asked}`)).status);
    }),
    { numRuns: 200 },
  );
}, 60_000);

/** Percent-encodes what can be, and leaves half a surrogate pair as nothing. */
function encoded(value: string): string {
  return encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, ''));
}
