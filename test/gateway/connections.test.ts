import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import type { SandboxMember } from '../support/gateway.js';
import { seededTenantId } from '../../src/compose/seed.js';
import { SCOPES } from '../../src/core/access/caller.js';
import { OPERATOR } from '../../src/core/connection/operator.js';
import {
  act,
  airlineBody,
  asAdmin,
  type Connection,
  connected,
  CONNECTIONS,
  GOOD,
  standingOf,
  tenantIdOf,
  WRONG,
} from './administration.js';
import { type Answered, type Door, openDoor } from './door.js';
import { accrue, inState, type Link, linked, operationIn } from './requests.js';

let door: Door;
let own: Connection;
let link: Link;
let member: SandboxMember;
beforeAll(async () => {
  door = await openDoor();
  own = await connected(door, airlineBody(door, 'demo'));
  ({ link, member } = await linked(door, 'northwind-air', 'own-connection'));
});
afterAll(() => door.close());

const admin: Door['ask'] = (...asked) => asAdmin(door)(...asked);
const place = () => `${CONNECTIONS}/${own.id}`;
const patched = async (body: object): Promise<Connection> => {
  const answer = await admin('PATCH', place(), { body });
  expect([answer.status, answer.json['code']]).toEqual([200, undefined]);
  return answer.json as unknown as Connection;
};
const audit = (subject: string, tenantId = OPERATOR) =>
  door.sql<{ act: string; actor: string; reason: string; before: object | null; after: object }>(
    'SELECT act, actor, reason, before, after FROM audit WHERE subject = $1 AND tenant_id = $2 ORDER BY at',
    [subject, tenantId],
  );
const used = async (operation: string): Promise<string | undefined> =>
  (
    await door.sql<{ id: string }>('SELECT connection_id AS id FROM operation WHERE id = $1', [
      fromTypeId('op', operation),
    ])
  )[0]?.id;

describe('a tenant’s own connection', () => {
  it('carries what the tenant does, and nobody else’s', async () => {
    const operation = operationIn(await accrue(door, link, {}, { headers: { prefer: 'wait=20' } }));
    expect([operation.state, await used(operation.id)]).toEqual(['posted', fromTypeId('con', own.id)]);
    const key = door.bench.keys.otherPlatformKey;
    const { link: theirs } = await linked(door, 'northwind-air', 'shared', { key });
    const other = operationIn(await accrue(door, theirs, {}, { key }));
    expect(await used(other.id)).not.toBe(fromTypeId('con', own.id));
  });

  it('is shown without its secrets, among the others, the newest first', async () => {
    expect((await admin('GET', place())).json).toMatchObject({ id: own.id, tenantId: tenantIdOf('demo'), version: 1 });
    const { items } = (await admin('GET', `${CONNECTIONS}?scheme=northwind-air`)).json as { items: Connection[] };
    expect(items.map(({ id, tenantId }) => [id === own.id, tenantId])).toEqual([
      [true, tenantIdOf('demo')],
      [false, null],
    ]);
    const [first] = (await admin('GET', `${CONNECTIONS}?limit=1`)).json['items'] as Connection[];
    expect(first?.id).toBe(own.id);
  });

  it('is made once, whoever asks how often', async () => {
    const body = { ...airlineBody(door, 'other'), scheme: 'harbour-hotels' };
    const settings = { baseUrl: `${door.bench.sandbox.url}/harbour-hotels`, hotelId: 'HHSHA', membershipType: 'HH' };
    const appKey = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const secrets = { clientId: 'a', clientSecret: 'b', appKey, scope: 'c' };
    const ask = { body: { ...body, settings, secrets }, idempotencyKey: 'once' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => admin('POST', CONNECTIONS, ask)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const again = { ...ask, idempotencyKey: 'once more' };
    expect((await admin('POST', CONNECTIONS, again)).json['code']).toBe('CONNECTION_EXISTS');
    const others = { ...ask, body: { ...ask.body, secrets: { ...secrets, clientSecret: 'd' } } };
    expect((await admin('POST', CONNECTIONS, others)).json['code']).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await audit(String(answers[0]?.json['id']))).toHaveLength(1);
  });
});

describe('what is judged before it is stored', () => {
  const pointers = ({ status, json }: Answered): unknown => [
    status,
    (json['errors'] as { pointer: string }[] | undefined)?.map(({ pointer }) => pointer),
  ];
  const told = (change: object) => admin('POST', CONNECTIONS, { body: { ...airlineBody(door, 'other'), ...change } });
  const settings = (change: object) => ({ settings: { ...airlineBody(door, 'other').settings, ...change } });

  it.each([
    [
      'a baseUrl with credentials',
      () => settings({ baseUrl: 'https://me:hunter2@lp.example.com' }),
      '/settings/baseUrl',
    ],
    ['a baseUrl of another kind', () => settings({ baseUrl: 'file:///hunter2' }), '/settings/baseUrl'],
    ['a baseUrl with a query', () => settings({ baseUrl: 'https://lp.example.com?x' }), '/settings/baseUrl'],
    [
      'the address of a machine’s own secrets',
      () => settings({ baseUrl: 'http://169.254.169.254/latest' }),
      '/settings/baseUrl',
    ],
    [
      'a real supplier in a private network',
      () => ({ timing: 'normal', ...settings({ baseUrl: 'https://10.1.2.3' }) }),
      '/settings/baseUrl',
    ],
    ['settings without a baseUrl', () => settings({ baseUrl: undefined }), '/settings/baseUrl'],
    ['a setting nobody knows', () => settings({ hunter: 'hunter2' }), '/settings/hunter'],
    ['a setting of another form', () => settings({ partner: 'hunter2 !' }), '/settings/partner'],
    ['a secret too few', () => ({ secrets: { username: 'hunter2' } }), '/secrets/password'],
    ['a secret too many', () => ({ secrets: { ...GOOD, pin: 'hunter2' } }), '/secrets/pin'],
    ['a secret of another form', () => ({ secrets: { ...GOOD, username: 'hunter2:' } }), '/secrets/username'],
    ['a scheme nobody knows', () => ({ scheme: 'nobody-air' }), '/scheme'],
    ['a tenant that is none', () => ({ tenantId: `ten_${'0'.repeat(25)}1` }), '/tenantId'],
  ])('%s', async (_what, change, pointer) => {
    const answer = await told(change());
    expect(pointers(answer)).toEqual([422, [pointer]]);
    expect(answer.text).not.toContain('hunter2');
  });

  it('times under which a write could happen twice', async () => {
    const body = {
      ...airlineBody(door, 'other'),
      scheme: 'china-railway',
      settings: { baseUrl: 'https://rail.example.com', partnerId: 'p', conclusiveAfterMs: 1 },
      secrets: { hmacKey: 'k'.repeat(16) },
    };
    expect(pointers(await admin('POST', CONNECTIONS, { body }))).toEqual([422, ['/settings']]);
  });

  it('changes too, which leave everything as it was', async () => {
    const before = (await admin('GET', place())).json;
    const reason = 'a test';
    for (const body of [
      { settings: { baseUrl: 'ftp://x' }, reason },
      { secrets: { username: 'x' }, reason },
      // The simulated supplier's address is no real one's.
      { timing: 'normal', reason },
      { state: 'paused' },
    ]) {
      expect((await admin('PATCH', place(), { body })).status).toBe(422);
    }
    expect((await admin('GET', place())).json).toEqual(before);
  });
});

describe('credentials', () => {
  it('that the supplier refuses take the connection out of service; new ones bring it back, and what waited with it', async () => {
    expect(await patched({ secrets: WRONG, reason: 'a mistake' })).toMatchObject({ state: 'live' });
    // Every process notices within seconds; until then the old credentials are used.
    const asked: string[] = [];
    await eventually(
      async () => {
        asked.push(operationIn(await accrue(door, link)).id);
        return standingOf(door, 'northwind-air');
      },
      ({ connection }) => connection.state === 'auth-failed',
      { everyMs: 500 },
    );
    expect((await admin('POST', `${place()}/check`)).json['result']).toBe('auth-failed');
    expect(await standingOf(door, 'northwind-air')).toMatchObject({
      connection: { id: own.id, shared: false },
      incidents: [{ kind: 'auth-failed', closedAt: null }],
    });
    expect(await patched({ secrets: GOOD, reason: 'mended' })).toMatchObject({ state: 'live', reason: null });
    for (const id of asked) await inState(door, id, 'posted');
    const { incidents } = await standingOf(door, 'northwind-air');
    expect(incidents.map(({ kind, closedAt }) => [kind, closedAt === null])).toEqual([['auth-failed', false]]);
  });

  it('are tried by a check, whose success brings a connection back', async () => {
    await door.sql(`UPDATE connection SET state = 'auth-failed', reason = 'HTTP 401' WHERE id = $1`, [
      fromTypeId('con', own.id),
    ]);
    const headers = { 'accept-language': 'zh' };
    const { json } = await admin('POST', `${place()}/check`, { headers });
    expect(json).toMatchObject({
      result: 'ok',
      message: '供应商接受了凭据。',
      connection: { state: 'live', reason: null },
    });
    await patched({
      settings: { ...airlineBody(door, 'demo').settings, baseUrl: 'http://127.0.0.1:9' },
      reason: 'another host',
    });
    expect((await admin('POST', `${place()}/check`)).json).toMatchObject({ result: 'unreachable' });
    await patched({ settings: airlineBody(door, 'demo').settings, reason: 'back again' });
  });

  it('and everything else that was done are audited without a secret', async () => {
    const done = await audit(own.id);
    expect(done.map(({ act: name, reason }) => [name, reason])).toEqual([
      ['connection.create', 'a test'],
      ['connection.change', 'a mistake'],
      ['connection.change', 'mended'],
      ['connection.check', 'a check of the credentials succeeded'],
      ['connection.change', 'another host'],
      ['connection.change', 'back again'],
    ]);
    // Whose connection it is reads the same, under the operator's name.
    expect(await audit(own.id, seededTenantId('demo'))).toEqual(done);
    expect(done[2]).toMatchObject({
      before: { state: 'auth-failed' },
      after: { state: 'live', reason: null, secrets: 'replaced' },
    });
    expect(JSON.stringify(done)).not.toMatch(/password/);
  });
});

describe('words that name a member', () => {
  const reason = () => `Member ${member.memberNumber} misses points`;
  const runId = () => `rcn_${'0'.repeat(26)}`;
  const asSupport = (path: string, body: object) =>
    door.ask('POST', path, { body: { ...body, reason: reason() }, headers: { 'accept-language': 'zh' } });

  it.each<[string, () => Promise<Answered>]>([
    [
      'making a connection',
      () => admin('POST', CONNECTIONS, { body: { ...airlineBody(door, 'other'), reason: reason() } }),
    ],
    ['changing one', () => admin('PATCH', place(), { body: { state: 'paused', reason: reason() } })],
    ['pausing one', () => asSupport('/v1/support/schemes/northwind-air/actions', { action: 'pause' })],
    ['looking again', () => asSupport('/v1/support/resyncs', { scope: { scheme: 'northwind-air' } })],
    ['acting on a break', () => asSupport(`/v1/support/breaks/brk_${'0'.repeat(26)}/actions`, { action: 'resolve' })],
    ['signing off', () => asSupport(`/v1/support/reconciliations/${runId()}/sign-off`, {})],
  ])('are no reason for %s', async (_what, ask) => {
    const { status, json, text } = await ask();
    expect([status, json['errors']]).toMatchObject([422, [{ pointer: '/reason' }]]);
    expect(text).not.toContain(member.memberNumber);
  });

  it('are told in the language of who wrote them', async () => {
    const { json } = await asSupport('/v1/support/schemes/northwind-air/actions', { action: 'pause' });
    expect(json['errors']).toEqual([{ pointer: '/reason', message: '含有会员号，请改写' }]);
  });

  it('are kept nowhere', async () => {
    const kept = await door.sql(
      `SELECT FROM audit WHERE reason LIKE $1 UNION ALL SELECT FROM connection WHERE reason LIKE $1
       UNION ALL SELECT FROM incident WHERE reason LIKE $1 UNION ALL SELECT FROM resync WHERE reason LIKE $1
       UNION ALL SELECT FROM idempotency_key WHERE body LIKE $1`,
      [`%${member.memberNumber}%`],
    );
    expect(kept).toEqual([]);
  });

  it('are a tenant’s own affair: another learns nothing of who is linked', async () => {
    const key = await door.addKey('other', ['support']);
    const body = { scope: { from: '2020-01-01T00:00:00Z' }, reason: reason() };
    expect((await door.ask('POST', '/v1/support/resyncs', { key, body })).status).toBe(202);
  });
});

it('nothing of it is for any other key, whatever its scopes', async () => {
  const tenants = await door.addKey('demo', SCOPES);
  for (const key of [door.bench.keys.platformKey, door.bench.keys.supportKey, tenants]) {
    const body = airlineBody(door, 'demo');
    const answers = await Promise.all([
      door.ask('GET', CONNECTIONS, { key }),
      door.ask('POST', CONNECTIONS, { key, body }),
      door.ask('GET', place(), { key }),
      door.ask('PATCH', place(), { key, body: { state: 'live', reason: 'x' } }),
      door.ask('POST', `${place()}/check`, { key }),
    ]);
    expect(answers.map(({ json }) => json['code'])).toEqual(answers.map(() => 'FORBIDDEN'));
  }
});

it('what is paused by hand stays paused, whatever the credentials do', async () => {
  expect((await act(door, 'northwind-air', 'pause')).json).toMatchObject({
    id: own.id,
    state: 'paused',
    shared: false,
  });
  expect(await patched({ secrets: GOOD, reason: 'mended' })).toMatchObject({
    state: 'paused',
    reason: 'paused by a test',
  });
  expect((await admin('POST', `${place()}/check`)).json).toMatchObject({
    result: 'ok',
    connection: { state: 'paused' },
  });
  expect(await patched({ state: 'live', reason: 'enough' })).toMatchObject({ state: 'live', reason: null });
});
