import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SCOPES } from '../../src/core/access/caller.js';
import { eventually } from '../support/eventually.js';
import { type Answered, type Door, toldAlike } from './door.js';
import { linked, newTrip, posted } from './requests.js';
import { actOn, breaksOf, resynced, RESYNCS, runOf } from './support-desk.js';
import { MATRIX, type Question, type Row } from './tenancy-matrix.js';
import { openTwoTenants, theirRows, type TwoTenants } from './tenancy-world.js';

/** A route of the contract that needs a key, with what it has to do with tenants. */
interface Route {
  readonly method: string;
  readonly path: string;
  readonly row: Row | undefined;
}

const contract = parse(readFileSync(new URL('../../contracts/gateway.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { security?: object[] }>>;
};
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const routes: Route[] = Object.entries(contract.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => (item[method]?.security?.length ?? 0) > 0).map((name) => {
    const method = name.toUpperCase();
    return { method, path, row: MATRIX[`${method} ${path}`] };
  }),
);
/** The routes of a kind, by their names. */
const routesOf = <Kind extends Row>(is: (row: Row) => row is Kind) =>
  routes.flatMap(({ method, path, row }) =>
    row !== undefined && is(row) ? [[`${method} ${path}`, { method, path, row }] as const] : [],
  );

type OfTenant = Extract<Row, { otherwise: unknown }>;
type OfOperator = Extract<Row, { of: 'operator' }>;
type OfNobody = Extract<Row, { of: 'nobody' }>;

let world: TwoTenants;
let door: Door;
let ours: TwoTenants['ours'];
let theirs: TwoTenants['theirs'];
let sharedRun: string;
let revokedInUse: string;
beforeAll(async () => {
  world = await openTwoTenants();
  ({ door, ours, theirs, sharedRun } = world);
  revokedInUse = await door.addKey('demo', ['read']);
  expect((await door.ask('GET', '/v1/schemes', { key: revokedInUse })).status).toBe(200);
  await door.sql('UPDATE api_key SET revoked_at = clock_timestamp() WHERE prefix = $1', [revokedInUse.slice(0, 15)]);
});
afterAll(() => door.close());

const ask = ({ method, path, row }: Route, name: string, key?: string): Promise<Answered> =>
  door.ask(method, path.replace(/\{(id|ref|scheme)\}/, encodeURIComponent(name)), {
    ...(key === undefined ? {} : { key }),
    ...(row !== undefined && 'body' in row ? { body: row.body } : {}),
  });
/** What of ours a path names, if anything. */
const ownName = ({ row }: Route): string =>
  row === undefined || row.of === 'nobody' ? 'x' : ours.names[row.of === 'operator' ? 'connection' : row.of];
const MALFORMED = ['x', 'lnk_', 'op_zzzzzzzzzzzzzzzzzzzzzzzzzz', "1' OR '1'='1", '../operations', '%00', '\u{1f600}'];

it('every route that needs a key has its row here, and every row its route', () => {
  expect(Object.keys(MATRIX).sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});

describe.each(routesOf((row): row is OfTenant => 'otherwise' in row))('%s', (_name, route) => {
  const { of, otherwise } = route.row;

  it('answers to its own tenant', async () => {
    expect([200, 202, 409, 422]).toContain((await ask(route, ours.names[of])).status);
  });

  it('does not tell another tenant’s id from one that leads nowhere or is none', async () => {
    const wrong = [theirs.names[of], ours.names[otherwise], ...Object.values(world.nothing), ...MALFORMED];
    const answers = await Promise.all(wrong.map((id) => ask(route, id)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(new Set(answers.map((answer) => JSON.stringify(toldAlike(answer)))).size).toBe(1);
    expect((await ask(route, ours.names[of], theirs.key)).json['code']).toBe('NOT_FOUND');
  });

  it('changes nothing of another tenant’s', async () => {
    const before = await theirRows(door);
    await ask(route, theirs.names[of]);
    expect(await theirRows(door)).toEqual(before);
  });
});

describe.each(routesOf((row): row is OfNobody => row.of === 'nobody'))('%s', (_name, { method, path, row }) => {
  const put = ({ scheme = '', query = '', body }: Question): Promise<Answered> =>
    door.ask(method, path.replace('{scheme}', scheme) + query, {
      ...(body === undefined ? {} : { body }),
      ...(path === '/v1/accruals/batch' ? { idempotencyKey: null } : {}),
    });

  it('shows and changes nothing of another tenant’s, whatever is named', async () => {
    const before = await theirRows(door);
    for (const question of row.asks(theirs.names)) {
      const { status, text } = await put(question);
      expect([question, status]).toEqual([question, question.status]);
      expect(Object.entries(theirs.names).filter(([, name]) => text.includes(name))).toEqual([]);
    }
    expect(await theirRows(door)).toEqual(before);
  });

  it('does not tell another tenant’s name from one of nothing', async () => {
    const [foreign, none] = [row.asks(theirs.names), row.asks(world.nothing)];
    for (const [index, question] of foreign.entries()) {
      const other = none[index];
      // Without a name in it there is nothing to tell.
      if (other === undefined || JSON.stringify(other) === JSON.stringify(question)) continue;
      const [told, alike] = [await put(question), await put(other)];
      expect(bare(told)).toEqual(bare(alike));
    }
  });
});

/** An answer without what names the single request. */
function bare({ status, headers, text }: Answered): unknown {
  return [status, headers.get('content-type'), text.replaceAll(/"requestId":"[^"]*"/g, '')];
}

describe.each(routesOf((row): row is OfOperator => row.of === 'operator'))('%s', (_name, route) => {
  const everything = async (): Promise<unknown> => [
    await door.sql('SELECT id, state, version, settings FROM connection ORDER BY id'),
    await door.sql('SELECT id FROM audit ORDER BY id'),
  ];

  it('is no tenant’s, also not with every scope, whatever it names', async () => {
    const before = await everything();
    const names = [ours, theirs].map((tenant) => tenant.names.connection).concat(world.nothing.connection);
    for (const [tenant, key] of [
      ['with every scope', await door.addKey('demo', SCOPES)],
      ['of an organisation', await door.addKey('demo', SCOPES, 'acme')],
      ['of support', door.bench.keys.supportKey],
    ] as const) {
      const refused = await Promise.all(names.map((id) => ask(route, id, key)));
      expect([tenant, refused.map(({ status }) => status)]).toEqual([tenant, refused.map(() => 403)]);
      expect(new Set(refused.map((answer) => JSON.stringify(toldAlike(answer)))).size).toBe(1);
    }
    expect(await everything()).toEqual(before);
  });

  it('tells the operator alike of what leads nowhere and of what is no id', async () => {
    if (!route.path.includes('{id}')) return;
    const wrong = [...Object.values(world.nothing), theirs.names.link, ...MALFORMED];
    const answers = await Promise.all(wrong.map((id) => ask(route, id, door.bench.keys.adminKey)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(new Set(answers.map((answer) => JSON.stringify(toldAlike(answer)))).size).toBe(1);
  });
});

it.each(['tenantId', 'tenant_id', 'tenant', 'state', 'ledger_id'])(
  'no tenant can be smuggled in as %s',
  async (field) => {
    const { link, accrual } = theirs.names;
    const body = { linkId: ours.names.link, activity: newTrip('china-railway'), points: 10, [field]: link };
    expect(await door.ask('POST', '/v1/accruals', { body })).toMatchObject({ status: 422, json: { code: 'INVALID' } });
    const answer = await door.ask('GET', '/v1/operations', { headers: { [`x-${field.replace('_', '-')}`]: 'other' } });
    expect(answer.text).not.toContain(accrual);
  },
);

it('lists and searches show its own to a tenant', async () => {
  const { link, traveller, memberNumber, accrual, reference } = theirs.names;
  for (const query of [link, traveller, memberNumber, accrual, reference]) {
    const found = await door.ask('POST', '/v1/support/search', { key: theirs.key, body: { query } });
    expect([query, (found.json['items'] as unknown[]).length > 0]).toEqual([query, true]);
  }
  const own = (await door.ask('GET', '/v1/links?scheme=china-railway', { key: theirs.key })).json['items'];
  expect(own).toMatchObject([{ id: link }]);
});

it('a run of a shared connection is everybody’s, what it found is each one’s own', async () => {
  for (const [own, foreign, key] of [
    [ours, theirs, door.bench.keys.supportKey],
    [theirs, ours, theirs.key],
  ] as const) {
    const run = await runOf(door, sharedRun, { key });
    expect([run.counts.oursOnly, run.openBreaks, run.points]).toEqual([1, 1, { ours: 500, theirs: 0 }]);
    const { text } = await door.ask('GET', `/v1/support/reconciliations/${sharedRun}/breaks?limit=200`, { key });
    expect(text).toContain(own.names.break);
    expect(text).not.toMatch(new RegExp([foreign.names.break, foreign.names.accrual, foreign.names.link].join('|')));
  }
});

it('a key of one organisation sees what is that organisation’s', async () => {
  const key = await door.addKey('demo', ['read', 'support'], 'acme');
  const run = await runOf(door, sharedRun, { key });
  expect([run.counts.oursOnly, run.openBreaks, run.points]).toEqual([0, 0, { ours: 0, theirs: 0 }]);
  expect(await breaksOf(door, sharedRun, { key })).toEqual([]);
  const act = { action: 'resolve', reason: 'not theirs' };
  expect((await actOn(door, ours.names.break, act, { key })).json['code']).toBe('NOT_FOUND');
  expect((await door.ask('GET', `${RESYNCS}/${ours.names.resync}`, { key })).json['code']).toBe('NOT_FOUND');
  const scope = { operationIds: [ours.names.accrual] };
  const looked = await door.ask('POST', RESYNCS, { key, body: { scope, reason: 'x' } });
  expect(looked.json['code']).toBe('NOT_FOUND');

  const { link } = await linked(door, 'northwind-air', 'colleague', { organisation: 'acme/sales' });
  const { id } = await posted(door, link);
  const { resync } = await resynced(door, { scope: { operationIds: [id] }, dryRun: true }, { key });
  expect(resync).toMatchObject({ total: 1, done: 1 });
});

it('a cursor belongs to its tenant', async () => {
  await linked(door, 'northwind-air', 'ours');
  for (const list of ['/v1/links', '/v1/operations']) {
    if (list === '/v1/operations') await posted(door, ours.link);
    const { next } = (await door.ask('GET', `${list}?limit=1`)).json;
    const answer = await door.ask('GET', `${list}?limit=1&cursor=${String(next)}`, { key: theirs.key });
    expect([answer.status, answer.json['code']]).toEqual([422, 'INVALID']);
  }
});

describe('a key', () => {
  const writes = routes.filter(({ method }) => method !== 'GET');

  it('to read writes nothing', async () => {
    const reader = await door.addKey('demo', ['read', 'read-numbers', 'reports']);
    for (const route of writes) {
      const answer = await ask(route, ownName(route), reader);
      expect([route.path, answer.status, answer.json['code']]).toEqual([route.path, 403, 'FORBIDDEN']);
    }
    expect(writes.length).toBeGreaterThanOrEqual(13);
  });

  it('that is not support’s sees nothing of support', async () => {
    const reader = await door.addKey('demo', [
      'read',
      'read-numbers',
      'link',
      'accrue',
      'redeem',
      'webhooks',
      'reports',
    ]);
    const supports = routes.filter(({ path }) => path.startsWith('/v1/support/'));
    for (const route of supports) {
      const answer = await ask(route, ownName(route), reader);
      expect([route.path, answer.status, answer.json['code']]).toEqual([route.path, 403, 'FORBIDDEN']);
    }
    expect(supports.length).toBeGreaterThanOrEqual(8);
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
        const refused = await door.ask(method, path.replace(/\{(id|ref|scheme)\}/, ownName(route)), { key });
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
