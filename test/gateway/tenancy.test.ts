import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { seededTenantId } from '../../src/compose/seed.js';
import { eventually } from '../support/eventually.js';
import { rewardFor } from '../support/travellers.js';
import { fromTypeId, toTypeId } from '../../src/spec/typeid.js';
import { type Answered, type Ask, type Door, openDoor, toldAlike } from './door.js';
import { giveConnection } from './own-connection.js';
import { accrue, type Link, linked, newTrip, operationIn, posted } from './requests.js';
import { actOn, breaksOf, closeDay, openDate, reconciled, resynced, RESYNCS, runOf } from './support-desk.js';

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
/** Schemes belong to nobody, and administration is the operator's; everything else that a path names belongs to a tenant. */
const withId = routes.filter(({ path }) => /\{(id|ref)\}/.test(path) && !path.startsWith('/v1/admin/'));
/** A right body of each POST below an id; a route without one here is a route that this test does not know. */
const BODIES: Record<string, object> = {
  '/v1/accruals/{id}/reversal': { reason: 'not theirs' },
  '/v1/redemptions/{id}/confirm': {},
  '/v1/redemptions/{id}/release': {},
  '/v1/redemptions/{id}/refund': { reason: 'not theirs' },
  '/v1/support/reconciliations/{id}/sign-off': { reason: 'not theirs' },
  '/v1/support/breaks/{id}/actions': { action: 'assign', reason: 'not theirs', owner: 'ops-7' },
  '/v1/support/operations/{id}/actions': { action: 'cancel', reason: 'not theirs' },
  '/v1/support/approvals/{id}': { decision: 'decline', reason: 'not theirs' },
};

/** What a tenant has of everything that a path can name. */
interface Belongings {
  readonly link: Link;
  readonly accrual: string;
  readonly quote: string;
  readonly redemption: string;
  /** Of a connection of the tenant's own: a shared one's is everybody's to see. */
  readonly run: string;
  readonly break: string;
  readonly resync: string;
  readonly approval: string;
  readonly requeue: string;
}

let door: Door;
let ours: Belongings;
let theirs: Belongings;
let sharedRun: string;
let theirKey: string;
let revokedInUse: string;
beforeAll(async () => {
  door = await openDoor();
  for (const tenant of ['demo', 'other'] as const) await giveConnection(door, tenant, 'phoenix-miles');
  revokedInUse = await door.addKey('demo', ['read']);
  expect((await door.ask('GET', '/v1/schemes', { key: revokedInUse })).status).toBe(200);
  await door.sql('UPDATE api_key SET revoked_at = clock_timestamp() WHERE prefix = $1', [revokedInUse.slice(0, 15)]);
  theirKey = door.bench.keys.otherPlatformKey;
  const key = door.bench.keys.platformKey;
  const travels = [await travel(key, 'ours'), await travel(theirKey, 'their-traveller')] as const;
  sharedRun = await disputedDay();
  ours = await belongings(key, travels[0]);
  theirs = await belongings(theirKey, travels[1]);
});
afterAll(() => door.close());

/** A link at the railway with an accrual. */
async function travel(key: string, travellerRef: string): Promise<{ link: Link; accrual: string }> {
  const { link } = await linked(door, 'china-railway', travellerRef, { key });
  const posted = operationIn(await accrue(door, link, {}, { key, headers: { prefer: 'wait=20' } }));
  expect(posted.state).toBe('posted');
  return { link, accrual: posted.id };
}

/** A closed day of the shared railway without either tenant's accrual: a break for each. */
async function disputedDay(): Promise<string> {
  const businessDate = await openDate(door, 'china-railway');
  await door.sandbox.post('china-railway/mischief', { kind: 'drop-line', count: 2, businessDate });
  await closeDay(door, 'china-railway');
  return (await reconciled(door, 'china-railway', businessDate, {})).id;
}

async function belongings(key: string, { link, accrual }: Awaited<ReturnType<typeof travel>>): Promise<Belongings> {
  const ask = { key };
  const { link: flyer } = await linked(door, 'northwind-air', link.travellerRef, { key });
  const waiting = { key, headers: { prefer: 'wait=20' } };
  await accrue(door, flyer, {}, waiting);
  const quote = { linkId: flyer.id, reward: rewardFor('northwind-air'), points: 100 };
  const quoted = async () => String((await door.ask('POST', '/v1/quotes', { ...ask, body: quote })).json['id']);
  const redeemed = await door.ask('POST', '/v1/redemptions', { ...waiting, body: { quoteId: await quoted() } });
  expect(redeemed.json['state']).toBe('held');
  const yesterday = new Date(Date.parse(await openDate(door, 'phoenix-miles')) - 86_400_000).toISOString().slice(0, 10);
  const run = await reconciled(door, 'phoenix-miles', yesterday, ask);
  expect([run.state, run.provisional]).toEqual(['completed', false]);
  const [disputed, ...more] = await breaksOf(door, sharedRun, ask);
  expect([disputed?.operationId, more]).toEqual([accrual, []]);
  const { resync } = await resynced(door, { scope: { operationIds: [accrual] }, dryRun: true }, ask);
  return {
    ...{ link, accrual, quote: await quoted(), redemption: operationIn(redeemed).id },
    ...{ run: run.id, break: disputed?.id ?? '', resync: resync.id },
    ...{ approval: await approvalOf(accrual), requeue: await previewOf(accrual, ask) },
  };
}

/** An act that somebody of the operation's tenant has asked for. */
async function approvalOf(operation: string): Promise<string> {
  const [made] = await door.sql<{ id: string }>(
    `INSERT INTO approval (tenant_id, id, act, act_key, operation_id, stood, reason, requested_by, expires_at)
     SELECT tenant_id, rising_uuid(), 'resend', sha256(id::text::bytea), id, '', 'r', gen_random_uuid(), now() + interval '1 day'
     FROM operation WHERE id = $1 RETURNING id`,
    [fromTypeId('op', operation)],
  );
  return toTypeId('apr', made?.id ?? '');
}

async function previewOf(operation: string, asked: Ask): Promise<string> {
  const body = { scope: { operationIds: [operation] }, action: 'look-up', dryRun: true, reason: 'to be sure' };
  return String((await door.ask('POST', '/v1/support/requeues', { ...asked, body })).json['id']);
}

const ask = ({ method, path }: Route, id: string, key?: string): Promise<Answered> =>
  door.ask(method, path.replace(/\{(id|ref)\}/, encodeURIComponent(id)), {
    ...(key === undefined ? {} : { key }),
    ...(method === 'POST' ? { body: BODIES[path] ?? {} } : {}),
  });
/** What a path names, and a thing of the same tenant that it does not. */
function named(path: string): readonly [of: (whose: Belongings) => string, other: (whose: Belongings) => string] {
  if (path.includes('{ref}')) return [({ link }) => link.travellerRef, () => 'nobody'];
  if (path.includes('/links/')) return [({ link }) => link.id, ({ accrual }) => accrual];
  if (path.includes('/redemptions/')) return [({ redemption }) => redemption, ({ accrual }) => accrual];
  if (path.includes('/accruals/')) return [({ accrual }) => accrual, ({ redemption }) => redemption];
  if (path.includes('/reconciliations/')) return [({ run }) => run, (whose) => whose.break];
  if (path.includes('/breaks/')) return [(whose) => whose.break, ({ run }) => run];
  if (path.includes('/approvals/')) return [({ approval }) => approval, (whose) => whose.requeue];
  if (path.includes('/requeues/')) return [(whose) => whose.requeue, ({ approval }) => approval];
  if (path.includes('/resyncs/')) return [({ resync }) => resync, ({ run }) => run];
  return [({ accrual }) => accrual, ({ link }) => link.id];
}
/** An id of the kind that a path names: ours, the other tenant's, and one of ours of another kind. */
function idsFor(path: string): { own: string; foreign: string; other: string } {
  const [of, other] = named(path);
  return { own: of(ours), foreign: of(theirs), other: other(ours) };
}
const NOBODY = ['lnk', 'op', 'rcn', 'brk', 'rsy', 'qte', 'apr', 'rqu'].map((prefix) => `${prefix}_${'0'.repeat(26)}`);
const MALFORMED = ['x', 'lnk_', 'op_zzzzzzzzzzzzzzzzzzzzzzzzzz', "1' OR '1'='1", '../operations', '%00', '\u{1f600}'];
/** Everything of the other tenant's that an act of ours could change. */
const theirRows = async (): Promise<object[]> => {
  const columns = {
    operation: 'id, state, version',
    recon_run: 'id, state, version',
    break: 'id, state, owner, updated_at',
    recon_sign_off: 'run_id',
    resync: 'id, state',
    approval: 'id, state',
    requeue: 'id, state',
    audit: 'id',
    reservation: 'operation_id, points, outcome',
  };
  const tables = Object.entries(columns).map(([table, which]) =>
    door.sql(`SELECT ${which} FROM ${table} WHERE tenant_id = $1 ORDER BY 1`, [seededTenantId('other')]),
  );
  return (await Promise.all(tables)).flat();
};

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
    const before = await theirRows();
    await ask(route, idsFor(route.path).foreign);
    expect(await theirRows()).toEqual(before);
  });
});

it('knows every route of the contract that has an id', () => {
  expect(withId.filter(({ method, path }) => method === 'POST' && BODIES[path] === undefined)).toEqual([]);
  expect(withId.length).toBeGreaterThanOrEqual(17);
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
    const lines = [theirs.link.id, NOBODY[0] ?? '', ours.link.id].map((id, index) =>
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

  it('is no id: of a quote, of a redemption, of a resync', async () => {
    const quote = (linkId: string) => ({ linkId, reward: rewardFor('northwind-air'), points: 100 });
    const asked: readonly [string, (id: string) => object, string, string][] = [
      ['/v1/quotes', quote, theirs.link.id, 'lnk'],
      ['/v1/redemptions', (quoteId) => ({ quoteId }), theirs.quote, 'qte'],
      [RESYNCS, (linkId) => ({ scope: { linkId }, reason: 'x' }), theirs.link.id, 'lnk'],
      [RESYNCS, (id) => ({ scope: { operationIds: [ours.accrual, id] }, reason: 'x' }), theirs.accrual, 'op'],
    ];
    const before = await theirRows();
    for (const [path, body, foreign, prefix] of asked) {
      const none = `${prefix}_${'0'.repeat(26)}`;
      const answers = await Promise.all([foreign, none].map((id) => door.ask('POST', path, { body: body(id) })));
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
      expect(toldAlike(answers[0] as Answered)).toEqual(toldAlike(answers[1] as Answered));
    }
    expect(await theirRows()).toEqual(before);
  });

  it('is no id: of a filter', async () => {
    for (const id of [theirs.link.id, NOBODY[0] ?? '']) {
      expect((await door.ask('GET', `/v1/operations?linkId=${id}`)).json).toEqual({ items: [], next: null });
    }
  });

  it.each(['tenantId', 'tenant_id', 'tenant', 'state', 'ledger_id'])('cannot be smuggled in as %s', async (field) => {
    const body = { ...bodyOf(ours.link.id), [field]: theirs.link.id };
    expect(await door.ask('POST', '/v1/accruals', { body })).toMatchObject({ status: 422, json: { code: 'INVALID' } });
    const answer = await door.ask('GET', '/v1/operations', { headers: { [`x-${field.replace('_', '-')}`]: 'other' } });
    expect(answer.text).not.toContain(theirs.accrual);
  });
});

it('lists show no rows of another tenant, whatever is asked for', async () => {
  const foreign = new RegExp([theirs.link.id, theirs.accrual, 'their-traveller'].join('|'));
  for (const query of ['', '?scheme=china-railway', '?state=active', '?travellerRef=their-traveller', '?limit=200']) {
    expect((await door.ask('GET', `/v1/links${query}`)).text).not.toMatch(foreign);
  }
  for (const query of ['', '?scheme=china-railway', '?state=posted', '?kind=accrual', '?limit=200']) {
    expect((await door.ask('GET', `/v1/operations${query}`)).text).not.toMatch(foreign);
  }
  const own = (await door.ask('GET', '/v1/links?scheme=china-railway', { key: theirKey })).json['items'];
  expect(own).toMatchObject([{ id: theirs.link.id }]);
});

it('a run of a shared connection is everybody’s, what it found is each one’s own', async () => {
  for (const [own, foreign, key] of [
    [ours, theirs, door.bench.keys.supportKey],
    [theirs, ours, theirKey],
  ] as const) {
    const run = await runOf(door, sharedRun, { key });
    expect([run.counts.oursOnly, run.openBreaks, run.points]).toEqual([1, 1, { ours: 500, theirs: 0 }]);
    const { text } = await door.ask('GET', `/v1/support/reconciliations/${sharedRun}/breaks?limit=200`, { key });
    expect(text).toContain(own.break);
    expect(text).not.toMatch(new RegExp([foreign.break, foreign.accrual, foreign.link.id].join('|')));
  }
});

it('a key of one organisation sees what is that organisation’s', async () => {
  const key = await door.addKey('demo', ['read', 'support'], 'acme');
  const run = await runOf(door, sharedRun, { key });
  expect([run.counts.oursOnly, run.openBreaks, run.points]).toEqual([0, 0, { ours: 0, theirs: 0 }]);
  expect(await breaksOf(door, sharedRun, { key })).toEqual([]);
  const act = { action: 'resolve', reason: 'not theirs' };
  expect((await actOn(door, ours.break, act, { key })).json['code']).toBe('NOT_FOUND');
  expect((await door.ask('GET', `${RESYNCS}/${ours.resync}`, { key })).json['code']).toBe('NOT_FOUND');
  const scope = { operationIds: [ours.accrual] };
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
      const answer = await ask(route, idsFor(route.path).own, reader);
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
