import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { seededTenantId } from '../../src/compose/seed.js';
import { eventually } from '../support/eventually.js';
import { type Answered, type Door, openDoor, toldAlike } from './door.js';
import { accrue, type Link, linked, newTrip, operationIn, posted } from './requests.js';

/** A route of the contract below an id, written `GET /v1/links/{id}`. */
interface Route {
  readonly method: string;
  readonly path: string;
}

const contract = parse(readFileSync(new URL('../../contracts/gateway.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { security?: object[] }>>;
};
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const routes: Route[] = Object.entries(contract.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => (item[method]?.security?.length ?? 0) > 0).map((method) => ({
    method: method.toUpperCase(),
    path,
  })),
);
/** Schemes belong to nobody; everything else that a path names belongs to a tenant. */
const withId = routes.filter(({ path }) => /\{(id|ref)\}/.test(path));
/** A right body of each POST below an id; a route without one here is a route that this test does not know. */
const BODIES: Record<string, object> = { '/v1/accruals/{id}/reversal': { reason: 'not theirs' } };

let door: Door;
let link: Link;
let accrualId: string;
let theirs: { link: Link; accrualId: string };
let theirKey: string;
let revokedInUse: string;
beforeAll(async () => {
  door = await openDoor();
  revokedInUse = await door.addKey('demo', ['read']);
  expect((await door.ask('GET', '/v1/schemes', { key: revokedInUse })).status).toBe(200);
  await door.sql('UPDATE api_key SET revoked_at = clock_timestamp() WHERE prefix = $1', [revokedInUse.slice(0, 15)]);
  theirKey = door.bench.keys.otherPlatformKey;
  link = (await linked(door, 'china-railway', 'ours')).link;
  accrualId = (await posted(door, link)).id;
  const their = (await linked(door, 'china-railway', 'their-traveller', { key: theirKey })).link;
  const ask = { key: theirKey, headers: { prefer: 'wait=20' } };
  theirs = { link: their, accrualId: operationIn(await accrue(door, their, {}, ask)).id };
});
afterAll(() => door.close());

const ask = ({ method, path }: Route, id: string, key?: string): Promise<Answered> =>
  door.ask(method, path.replace(/\{(id|ref)\}/, encodeURIComponent(id)), {
    ...(key === undefined ? {} : { key }),
    ...(method === 'POST' ? { body: BODIES[path] ?? {} } : {}),
  });
/** An id of the kind that a path names: ours, the other tenant's. */
function idsFor(path: string): { own: string; foreign: string; other: string } {
  if (path.includes('{ref}')) return { own: 'ours', foreign: 'their-traveller', other: 'nobody' };
  return path.includes('/links/')
    ? { own: link.id, foreign: theirs.link.id, other: accrualId }
    : { own: accrualId, foreign: theirs.accrualId, other: link.id };
}
const NOBODY = ['lnk_00000000000000000000000000', 'op_00000000000000000000000000'];
const MALFORMED = ['x', 'lnk_', 'op_zzzzzzzzzzzzzzzzzzzzzzzzzz', "1' OR '1'='1", '../operations', '%00', '\u{1f600}'];

describe.each(withId.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_name, route) => {
  it('answers to its own tenant', async () => {
    expect([200, 202, 409, 422]).toContain((await ask(route, idsFor(route.path).own)).status);
  });

  it('does not tell another tenant’s id from one that leads nowhere or is none', async () => {
    const { foreign, other } = idsFor(route.path);
    const answers = await Promise.all([foreign, other, ...NOBODY, ...MALFORMED].map((id) => ask(route, id)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(new Set(answers.map((answer) => JSON.stringify(toldAlike(answer)))).size).toBe(1);
    expect((await ask(route, idsFor(route.path).own, theirKey)).json['code']).toBe('NOT_FOUND');
  });

  it('changes nothing of another tenant’s', async () => {
    const rows = (): Promise<object[]> =>
      door.sql('SELECT id, state, version FROM operation WHERE tenant_id = $1 ORDER BY id', [seededTenantId('other')]);
    const before = await rows();
    await ask(route, idsFor(route.path).foreign);
    expect(await rows()).toEqual(before);
  });
});

it('knows every route of the contract that has an id', () => {
  expect(withId.filter(({ method, path }) => method === 'POST' && BODIES[path] === undefined)).toEqual([]);
  expect(withId.length).toBeGreaterThanOrEqual(6);
});

describe('another tenant’s id in a body', () => {
  const bodyOf = (linkId: string, activity = newTrip('china-railway')) => ({ linkId, activity, points: 10 });

  it('is no id: of an accrual', async () => {
    const answers = await Promise.all(
      [theirs.link.id, NOBODY[0] ?? ''].map((id) => door.ask('POST', '/v1/accruals', { body: bodyOf(id) })),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(toldAlike(answers[0] as Answered)).toEqual(toldAlike(answers[1] as Answered));
  });

  it('is no id: of a line of a batch', async () => {
    const lines = [theirs.link.id, NOBODY[0] ?? '', link.id].map((id, index) =>
      JSON.stringify({ idempotencyKey: `line-${index}`, ...bodyOf(id) }),
    );
    const { text } = await door.ask('POST', '/v1/accruals/batch', { body: lines.join('\n'), idempotencyKey: null });
    const told = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: number; problem?: object });
    expect(told.map(({ status }) => status)).toEqual([404, 404, 202]);
    const blank = { requestId: '' };
    expect({ ...told[0]?.problem, ...blank }).toEqual({ ...told[1]?.problem, ...blank });
  });

  it('is no id: of a filter', async () => {
    for (const id of [theirs.link.id, NOBODY[0] ?? '']) {
      expect((await door.ask('GET', `/v1/operations?linkId=${id}`)).json).toEqual({ items: [], next: null });
    }
  });

  it.each(['tenantId', 'tenant_id', 'tenant', 'state', 'ledger_id'])('cannot be smuggled in as %s', async (field) => {
    const body = { ...bodyOf(link.id), [field]: theirs.link.id };
    expect(await door.ask('POST', '/v1/accruals', { body })).toMatchObject({ status: 422, json: { code: 'INVALID' } });
    const answer = await door.ask('GET', '/v1/operations', { headers: { [`x-${field.replace('_', '-')}`]: 'other' } });
    expect(answer.text).not.toContain(theirs.accrualId);
  });
});

it('lists show no rows of another tenant, whatever is asked for', async () => {
  const foreign = new RegExp([theirs.link.id, theirs.accrualId, 'their-traveller'].join('|'));
  for (const query of ['', '?scheme=china-railway', '?state=active', '?travellerRef=their-traveller', '?limit=200']) {
    expect((await door.ask('GET', `/v1/links${query}`)).text).not.toMatch(foreign);
  }
  for (const query of ['', '?scheme=china-railway', '?state=posted', '?kind=accrual', '?limit=200']) {
    expect((await door.ask('GET', `/v1/operations${query}`)).text).not.toMatch(foreign);
  }
  expect((await door.ask('GET', '/v1/links', { key: theirKey })).json['items']).toMatchObject([{ id: theirs.link.id }]);
});

it('a cursor belongs to its tenant', async () => {
  await linked(door, 'northwind-air', 'ours');
  for (const list of ['/v1/links', '/v1/operations']) {
    if (list === '/v1/operations') await posted(door, link);
    const { next } = (await door.ask('GET', `${list}?limit=1`)).json;
    const answer = await door.ask('GET', `${list}?limit=1&cursor=${String(next)}`, { key: theirKey });
    expect([answer.status, answer.json['code']]).toEqual([422, 'INVALID']);
  }
});

describe('a key', () => {
  const writes = routes.filter(({ method }) => method !== 'GET');

  it('to read writes nothing', async () => {
    const reader = await door.addKey('demo', ['read', 'read-numbers', 'reports']);
    for (const route of writes) {
      const answer = await ask(route, idsFor(route.path).own, reader);
      expect([route.path, answer.status, answer.json['code']]).toEqual([route.path, 403, 'FORBIDDEN']);
    }
    expect(writes.length).toBeGreaterThanOrEqual(4);
  });

  it('that is none, unknown, garbled, expired or revoked is told alike, on every route', async () => {
    const expired = await door.addKey('demo', ['read', 'link', 'accrue']);
    const revoked = await door.addKey('demo', ['read', 'link', 'accrue']);
    const hours = (token: string, column: string): Promise<object[]> =>
      door.sql(`UPDATE api_key SET ${column} = clock_timestamp() - interval '1 hour' WHERE prefix = $1`, [
        token.slice(0, 15),
      ]);
    await hours(expired, 'expires_at');
    await hours(revoked, 'revoked_at');
    const unknown = `ilk_test_${'0'.repeat(43)}`;
    const told = new Set<string>();
    for (const route of routes) {
      for (const key of [null, unknown, 'garbage', `${expired}x`, expired, revoked]) {
        const { method, path } = route;
        const refused = await door.ask(method, path.replace(/\{(id|ref|scheme)\}/, idsFor(path).own), { key });
        told.add(JSON.stringify(toldAlike(refused)));
        expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      }
    }
    expect([...told].map((one) => (JSON.parse(one) as { status: number }).status)).toEqual([401]);
  });

  it('that was used and then revoked is refused within seconds', async () => {
    await eventually(
      () => door.ask('GET', '/v1/schemes', { key: revokedInUse }),
      ({ status }) => status === 401,
    );
  });
});
