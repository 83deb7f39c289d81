import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromTypeId } from '../../src/spec/typeid.js';
import { eventually } from '../support/eventually.js';
import { act, airlineBody, type Connection, connected, standingOf } from './administration.js';
import { type Door, openDoor } from './door.js';
import { accrue, inState, type Link, linkBody, linked, memberOf, operationIn, operationOf } from './requests.js';

let door: Door;
let own: Connection;
let link: Link;
beforeAll(async () => {
  door = await openDoor();
  own = await connected(door, airlineBody(door, 'demo'));
  link = (await linked(door, 'northwind-air', 'paused')).link;
});
afterAll(() => door.close());

const incidents = (connection: string) =>
  door.sql<{ kind: string; open: boolean }>(
    'SELECT kind, closed_at IS NULL AS open FROM incident WHERE connection_id = $1 ORDER BY opened_at, kind',
    [fromTypeId('con', connection)],
  );
const acts = (connection: string) =>
  door.sql<{ act: string; actor: string; reason: string }>(
    `SELECT act, actor, reason FROM audit WHERE subject = $1 AND act <> 'connection.create' ORDER BY at`,
    [connection],
  );

describe('a connection of a tenant’s own', () => {
  it('that is paused takes work, which waits; resumed it does it at once', async () => {
    const key = door.bench.keys.supportKey;
    const paused = await act(door, 'northwind-air', 'pause', { key });
    const standing = { id: own.id, state: 'paused', reason: 'paused by a test', shared: false };
    expect([paused.status, paused.json]).toEqual([200, standing]);
    const asked = await Promise.all([accrue(door, link), accrue(door, link), accrue(door, link)]);
    const ids = asked.map((answer) => operationIn(answer).id);
    const told = await standingOf(door, 'northwind-air', { key });
    expect(told).toMatchObject({
      connection: standing,
      incidents: [{ kind: 'paused', reason: 'paused by a test', closedAt: null }],
      limits: { backlog: { waiting: 3 } },
      operations: { open: 3, byState: { queued: 3 } },
    });
    const waiting = await Promise.all(ids.map((id) => operationOf(door, id)));
    expect(waiting.map(({ state, attempts }) => [state, attempts])).toEqual(ids.map(() => ['queued', 0]));

    const resumed = await act(door, 'northwind-air', 'resume', { key });
    expect(resumed.json).toEqual({ ...standing, state: 'live', reason: null });
    await Promise.all(ids.map((id) => inState(door, id, 'posted', 10_000)));
    expect(await incidents(own.id)).toEqual([{ kind: 'paused', open: false }]);
    expect((await acts(own.id)).map(({ act: name, reason }) => [name, reason])).toEqual([
      ['connection.pause', 'paused by a test'],
      ['connection.resume', 'resumed by a test'],
    ]);
  });

  it('that is paused is called by nobody: balances are told with their age, and links wait', async () => {
    const account = ({ id }: Pick<Link, 'id'>) => door.ask('GET', `/v1/links/${id}/account?maxAge=0`);
    const fresh = (await linked(door, 'northwind-air', 'never read')).link;
    const read = await account(link);
    expect([read.status, read.json['source']]).toEqual([200, 'live']);
    await act(door, 'northwind-air', 'pause');
    // Every process knows within five seconds.
    const aged = await eventually(
      () => account(link),
      ({ json }) => json['source'] !== 'live',
    );
    const told = { balance: read.json['balance'], source: 'cached', stale: true };
    expect([aged.status, aged.json]).toMatchObject([200, told]);
    const unknown = await account(fresh);
    expect([unknown.status, unknown.json['code']]).toEqual([503, 'ACCOUNT_UNAVAILABLE']);
    const body = linkBody('northwind-air', await memberOf(door, 'northwind-air'), 'waits');
    const waits = await door.ask('POST', '/v1/links', { body });
    expect([waits.status, waits.json['state']]).toEqual([202, 'pending']);

    await act(door, 'northwind-air', 'resume');
    expect((await account(link)).json).toMatchObject({ source: 'live', stale: false });
    const asItStands = () => door.ask('GET', `/v1/links/${String(waits.json['id'])}`);
    await eventually(asItStands, ({ json }) => json['state'] === 'active');
  });

  it('that is paused twenty times is paused once', async () => {
    const before = (await acts(own.id)).length;
    const same = Array.from({ length: 10 }, () => act(door, 'northwind-air', 'pause', { idempotencyKey: 'click' }));
    const others = Array.from({ length: 10 }, () => act(door, 'northwind-air', 'pause'));
    const answers = await Promise.all([...same, ...others]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await acts(own.id)).length - before).toBe(1);
    expect((await incidents(own.id)).filter(({ open }) => open)).toEqual([{ kind: 'paused', open: true }]);
    await act(door, 'northwind-air', 'resume');
    const replayed = await act(door, 'northwind-air', 'pause', { idempotencyKey: 'click' });
    expect([replayed.json['state'], replayed.headers.get('idempotency-replayed')]).toEqual(['paused', 'true']);
    expect((await standingOf(door, 'northwind-air')).connection.state).toBe('live');
  });

  it('whose credentials were refused can be paused, and a person may vouch for it', async () => {
    const id = fromTypeId('con', own.id);
    await door.sql(`UPDATE connection SET state = 'auth-failed', reason = 'HTTP 401' WHERE id = $1`, [id]);
    await door.sql(`SELECT open_incident($1, 'auth-failed', NULL, 'HTTP 401')`, [id]);
    expect((await act(door, 'northwind-air', 'pause')).json).toMatchObject({
      state: 'paused',
      reason: 'paused by a test',
    });
    const open = async () => (await incidents(own.id)).filter((one) => one.open).map(({ kind }) => kind);
    expect(await open()).toEqual(['auth-failed', 'paused']);
    expect((await act(door, 'northwind-air', 'resume')).json).toMatchObject({ state: 'live', reason: null });
    expect(await open()).toEqual([]);

    await door.sql(`UPDATE connection SET state = 'auth-failed', reason = 'HTTP 401' WHERE id = $1`, [id]);
    expect((await act(door, 'northwind-air', 'resume')).json).toMatchObject({ state: 'live', reason: null });
  });

  it('is not one organisation’s to pause', async () => {
    const key = await door.addKey('demo', ['read', 'support'], 'acme');
    expect((await act(door, 'northwind-air', 'pause', { key })).json['code']).toBe('FORBIDDEN');
    expect((await standingOf(door, 'northwind-air', { key })).operations).toEqual({ open: 0, byState: {} });
  });
});

describe('a connection that tenants share', () => {
  it('is paused by the operator and by nobody else', async () => {
    for (const key of [door.bench.keys.supportKey, door.bench.keys.platformKey]) {
      const { status, json } = await act(door, 'china-railway', 'pause', { key, headers: { 'accept-language': 'en' } });
      expect([status, json['code'], json['detail']]).toEqual([
        403,
        'CONNECTION_SHARED',
        expect.stringContaining('only the operator'),
      ]);
    }
    const key = door.bench.keys.adminKey;
    expect((await act(door, 'china-railway', 'pause', { key })).json).toMatchObject({ state: 'paused', shared: true });
    for (const tenants of [door.bench.keys.platformKey, door.bench.keys.otherPlatformKey]) {
      const { connection, incidents: told } = await standingOf(door, 'china-railway', { key: tenants });
      expect([connection.state, connection.shared, told.map(({ kind }) => kind)]).toEqual(['paused', true, ['paused']]);
    }
    expect((await act(door, 'china-railway', 'resume', { key })).json).toMatchObject({ state: 'live' });
  });

  it('is all that another tenant sees of a scheme', async () => {
    const key = door.bench.keys.otherPlatformKey;
    const theirs = await standingOf(door, 'northwind-air', { key });
    expect([theirs.connection.shared, theirs.connection.id === own.id, theirs.incidents]).toEqual([true, false, []]);
    expect(theirs.operations).toEqual({ open: 0, byState: {} });
  });
});

it('a scheme without a connection, or that is none, is not found', async () => {
  await door.sql(`UPDATE connection SET tenant_id = $1 WHERE scheme = 'phoenix-miles'`, [
    fromTypeId('ten', airlineBody(door, 'other').tenantId),
  ]);
  for (const scheme of ['phoenix-miles', 'nobody-air']) {
    expect((await door.ask('GET', `/v1/support/schemes/${scheme}`)).json['code']).toBe('NOT_FOUND');
    expect((await act(door, scheme, 'pause')).json['code']).toBe('NOT_FOUND');
  }
});

it('a scheme’s health follows its connection and its breakers', async () => {
  const health = async () => (await door.ask('GET', '/v1/schemes/harbour-hotels')).json['health'];
  expect(await health()).toBe('ok');
  const open = `INSERT INTO breaker (connection_id, work, opened_at, open_ms, probe_at)
    SELECT id, 'write', now(), 60000, now() + interval '1 minute' FROM connection WHERE scheme = 'harbour-hotels'`;
  await door.sql(open);
  expect(await health()).toBe('degraded');
  const { breakers } = await standingOf(door, 'harbour-hotels');
  expect(breakers).toMatchObject([{ work: 'write', state: 'open' }]);
  await door.sql('DELETE FROM breaker');
  expect(await health()).toBe('ok');
});
