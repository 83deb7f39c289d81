import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConnectionChange, ConnectionDesk, NewConnection, SchemeReads } from '../../src/core/connection/ports.js';
import { standingAfter } from '../../src/core/connection/standing.js';
import {
  CONNECTIONS_SUBJECT,
  mintConnectionsKey,
  OPERATOR_TENANT,
  sealConnectionSecrets,
} from '../../src/privacy/connection-secrets.js';
import { masterKeyFromBytes } from '../../src/privacy/master-key.js';
import { createConnectionDesk } from '../../src/store/connection-desk.js';
import { createSchemeReads } from '../../src/store/connection-reads.js';
import { createConnectionStore } from '../../src/store/connection-store.js';
import { asTenants } from '../../src/store/tenant-scope.js';
import { testMasterKey } from '../support/database.js';
import { accepted, accrual } from './operations.js';
import { CONNECTION, openStoreBench, request, SCHEME, type StoreBench } from './store-bench.js';

const master = masterKeyFromBytes(testMasterKey());

let bench: StoreBench;
let desk: ConnectionDesk;
let reads: SchemeReads;
beforeAll(async () => {
  bench = await openStoreBench();
  desk = createConnectionDesk(bench.pools, () => undefined);
  reads = createSchemeReads(bench.pools);
});
afterEach(() => bench.owner.query(`DELETE FROM incident; DELETE FROM outbox; UPDATE connection SET state = 'live'`));
afterAll(() => bench.close());

const act =
  (name: 'pause' | 'resume', different: Partial<ConnectionChange> = {}) =>
  (row: { state: 'live' | 'paused' | 'auth-failed' }) =>
    standingAfter(row.state, name).state === row.state
      ? null
      : { act: `connection.${name}`, reason: 'a test', standing: standingAfter(row.state, name), ...different };
const connection = (scheme: string, tenantId: string | null = null): NewConnection => ({
  ...{ id: randomUUID(), scheme, tenantId, settings: { baseUrl: 'https://x.example.com' } },
  ...{ timing: 'normal', secrets: randomBytes(40), reason: 'a new contract' },
});
const create = (made: NewConnection, key?: string) =>
  desk.create(bench.demo.caller, made, request('x', key), ({ id }) => ({
    ...{ status: 201, contentType: 'application/json', body: id },
  }));
const rows = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await bench.owner.query<T>(text, values)).rows;

describe('the application’s role', () => {
  it.each([
    ['reads no secrets', 'SELECT secrets FROM connection'],
    ['reads no settings', 'SELECT settings FROM connection'],
    ['takes nothing out of service', `UPDATE connection SET state = 'paused'`],
    [
      'makes no connection',
      `INSERT INTO connection (id, scheme, settings, secrets) VALUES (gen_random_uuid(), 's', '{}', '')`,
    ],
    ['opens no incident', `SELECT open_incident('${CONNECTION}', 'paused', NULL, 'x')`],
  ])('%s', async (_what, text) => {
    const asked = asTenants(bench.pools.app, [bench.demo.id, OPERATOR_TENANT], (client) => client.query(text));
    await expect(asked).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a connection', () => {
  it('is one for a scheme and a tenant', async () => {
    const mine = connection('one-air', bench.demo.id);
    expect(await create(mine)).toMatchObject({ status: 201, body: mine.id, replayed: false });
    await expect(create(connection('one-air', bench.demo.id))).rejects.toMatchObject({ code: 'CONNECTION_EXISTS' });
    expect((await create(connection('one-air'))).status).toBe(201);
    expect((await create(connection('one-air', bench.other.id))).status).toBe(201);
    expect(await desk.used(bench.demo.id, 'one-air')).toMatchObject({ id: mine.id });
    expect(await desk.used(OPERATOR_TENANT, 'one-air')).toMatchObject({ tenantId: null });
    expect(await desk.used(bench.demo.id, 'two-air')).toBeNull();
    await expect(create(connection('one-air', randomUUID()))).rejects.toMatchObject({
      details: { errors: [{ pointer: '/tenantId' }] },
    });
  });

  it('is found by the request that made it and died before its answer was kept', async () => {
    const made = connection('lost-air');
    await create(made, 'lost');
    await bench.owner.query(`DELETE FROM idempotency_key WHERE key = 'lost'`);
    expect(await create(made, 'lost')).toMatchObject({ body: made.id, replayed: false });
    expect(await create(made, 'lost')).toMatchObject({ body: made.id, replayed: true });
    expect(
      await rows(`SELECT FROM audit WHERE act = 'connection.create' AND after ->> 'scheme' = 'lost-air'`),
    ).toHaveLength(1);
  });

  it('is listed newest first, page by page', async () => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await desk.list(bench.demo.caller, {}, { limit: 2, cursor });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    const all = await rows<{ id: string }>('SELECT id FROM connection ORDER BY created_at DESC, id DESC');
    expect(ids).toEqual(all.map(({ id }) => id));
    const paused = { scheme: SCHEME, state: 'paused' } as const;
    expect((await desk.list(bench.demo.caller, paused, { limit: 2 })).items).toEqual([]);
  });
});

describe('a change', () => {
  it('commits with its incident and its audit, and raises the version, once for all who ask', async () => {
    const before = await desk.get(CONNECTION);
    const changes = await Promise.all(
      Array.from({ length: 20 }, () => desk.change(bench.demo.caller, CONNECTION, act('pause'))),
    );
    expect(changes.filter((one) => one?.changed)).toHaveLength(1);
    expect(new Set(changes.map((one) => one?.row.version))).toEqual(new Set([(before?.version ?? 0) + 1]));
    expect(await rows('SELECT kind, reason, closed_at FROM incident')).toEqual([
      { kind: 'paused', reason: 'a test', closed_at: null },
    ]);
    expect(
      await rows(
        `SELECT before ->> 'state' AS before, after ->> 'state' AS after FROM audit WHERE act = 'connection.pause'`,
      ),
    ).toEqual([{ before: 'live', after: 'paused' }]);
  });

  it('that fails leaves nothing', async () => {
    const before = await desk.get(CONNECTION);
    const wrong = act('pause', { settings: 'not JSON' as never, timing: 'never' as never });
    await expect(desk.change(bench.demo.caller, CONNECTION, wrong)).rejects.toThrow();
    expect([await desk.get(CONNECTION), await rows('SELECT FROM incident')]).toEqual([before, []]);
    expect(await desk.change(bench.demo.caller, randomUUID(), wrong)).toBeNull();
  });

  it('back to live wakes what waits, of every tenant, and forgets a refusal', async () => {
    await desk.change(bench.demo.caller, CONNECTION, act('pause'));
    await bench.owner.query('INSERT INTO credential_refusal (connection_id) VALUES ($1)', [CONNECTION]);
    const later = accrual(bench.demo, { notBefore: '2099-01-01T00:00:00Z' });
    const waiting = [await accepted(bench, bench.demo), await accepted(bench, bench.other)];
    const [scheduled, unknown, unknownLater] = [
      await accepted(bench, bench.demo, later),
      await accepted(bench, bench.demo),
      await accepted(bench, bench.demo),
    ];
    const lost = `UPDATE operation SET state = 'unknown', next_action_at = now() + $2 * interval '1 s' WHERE id = $1`;
    await bench.owner.query(lost, [unknown, -1]);
    await bench.owner.query(lost, [unknownLater, 60]);
    await bench.owner.query('DELETE FROM outbox');
    await desk.change(bench.demo.caller, CONNECTION, act('resume'));
    const woken = await rows<{ lane: string; operation_id: string }>('SELECT lane, operation_id FROM outbox');
    expect(woken.filter(({ lane }) => lane === 'live').map((one) => one.operation_id)).toEqual(
      expect.arrayContaining(waiting),
    );
    expect(woken.filter(({ lane }) => lane === 'lookup').map((one) => one.operation_id)).toEqual([unknown]);
    expect(woken.map((one) => one.operation_id)).not.toContain(scheduled);
    expect(await rows('SELECT FROM credential_refusal')).toEqual([]);
  });
});

describe('a request that died before its answer was kept', () => {
  const died = (key: string) =>
    bench.owner.query(
      `UPDATE idempotency_key SET state = 'running', status = NULL, body = NULL, locked_until = now() WHERE key = $1`,
      [key],
    );
  const stateOf = async () => (await desk.get(CONNECTION))?.state;
  const acted = (name: 'pause' | 'resume', key: string, once: string, body: unknown = name) =>
    desk.act(bench.demo.caller, CONNECTION, {
      request: request(body, key),
      judge: act(name, { once }),
      answer: ({ state }) => ({ status: 200, contentType: 'application/json', body: state }),
    });

  it('does again what it did not do, and never what it did', async () => {
    const once = randomUUID();
    expect(await acted('pause', 'dies', once)).toMatchObject({ body: 'paused', replayed: false });
    await died('dies');
    // Somebody brings it back in the meantime.
    await acted('resume', 'back', randomUUID());
    expect(await acted('pause', 'dies', once)).toMatchObject({ body: 'live', replayed: false });
    expect(await acted('pause', 'dies', once)).toMatchObject({ body: 'live', replayed: true });
    expect(await stateOf()).toBe('live');
    await acted('pause', 'another', randomUUID());
    expect(await stateOf()).toBe('paused');
  });

  it('still has its key: another request under it is refused and does nothing', async () => {
    await acted('pause', 'held', randomUUID());
    await died('held');
    await expect(acted('resume', 'held', randomUUID())).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await stateOf()).toBe('paused');
    const made = connection('held-air');
    await expect(create(made, 'held')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await desk.get(made.id)).toBeNull();
  });

  it('lets go of it where it was refused', async () => {
    await expect(create(connection(SCHEME), 'free')).rejects.toMatchObject({ code: 'CONNECTION_EXISTS' });
    expect(await rows(`SELECT FROM idempotency_key WHERE key = 'free'`)).toEqual([]);
  });
});

describe('the audit of a tenant’s own connection', () => {
  it('stands with the operator who did something, and with the tenant, under the same name', async () => {
    const admin = { ...bench.demo.caller, tenantId: OPERATOR_TENANT };
    const made = connection('audited-air', bench.demo.id);
    await desk.create(admin, made, request('audited', 'audited'), () => ({
      ...{ status: 201, contentType: 'application/json', body: '' },
    }));
    await desk.change(admin, made.id, act('pause'));
    await desk.change(bench.demo.caller, made.id, act('resume'));
    const kept = await rows<{ tenant_id: string; act: string; reason: string; actor: string }>(
      `SELECT tenant_id, act, reason, actor FROM audit WHERE after ->> 'scheme' = 'audited-air' ORDER BY at, tenant_id`,
    );
    expect(new Set(kept.map(({ actor }) => actor)).size).toBe(1);
    expect(kept.map(({ tenant_id, act: name, reason }) => [tenant_id === bench.demo.id, name, reason])).toEqual([
      [false, 'connection.create', 'a new contract'],
      [true, 'connection.create', 'a new contract'],
      [false, 'connection.pause', 'a test'],
      [true, 'connection.pause', 'a test'],
      [true, 'connection.resume', 'a test'],
    ]);
  });
});

describe('what waits for a connection', () => {
  it('is what is to be sent and what is to be looked up by now, counted up to a bound', async () => {
    await bench.owner.query(
      `UPDATE operation SET state = 'cancelled', next_action_at = NULL WHERE state <> 'cancelled'`,
    );
    for (let n = 0; n < 4; n += 1) await accepted(bench, n % 2 === 0 ? bench.demo : bench.other);
    const [first, ...rest] = [await accepted(bench, bench.demo), await accepted(bench, bench.demo)];
    const state =
      "UPDATE operation SET state = $2, next_action_at = now() + $3 * interval '1 s', review_reason = $4 WHERE id = $1";
    await bench.owner.query(state, [first, 'unknown', -1, null]);
    await bench.owner.query(state, [rest[0], 'needs-review', -1, 'absent']);
    expect(await reads.waiting(CONNECTION, 100)).toBe(5);
    expect(await reads.waiting(CONNECTION, 3)).toBe(3);
    await bench.owner.query(state, [first, 'unknown', 60, null]);
    expect(await reads.waiting(CONNECTION, 100)).toBe(4);
    expect(await reads.waiting(randomUUID(), 100)).toBe(0);
    expect(await reads.open(bench.demo.caller, SCHEME)).toEqual({ queued: 2, unknown: 1, 'needs-review': 1 });
    const department = { ...bench.demo.caller, organisation: 'acme' };
    expect(await reads.open(department, SCHEME)).toEqual({});
  });
});

describe('the operator’s key for connections', () => {
  const mint = () => mintConnectionsKey(master);

  it('is made once, and is not mistaken for one of a traveller whom the operator linked', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => desk.operatorKey(mint)));
    expect(new Set(keys.map(({ wrapped }) => wrapped.toString('hex'))).size).toBe(1);
    const [key] = keys;
    if (key === undefined) throw new Error('no key');
    const traveller = randomUUID();
    await bench.owner.query(`INSERT INTO subject (tenant_id, id, traveller_ref) VALUES ($1, $2, 't')`, [
      OPERATOR_TENANT,
      traveller,
    ]);
    await bench.owner.query('INSERT INTO data_key (tenant_id, subject_id, version, wrapped) VALUES ($1, $2, 1, $3)', [
      ...[OPERATOR_TENANT, traveller, randomBytes(60)],
    ]);
    const made = connection('sealed-air');
    await create({ ...made, secrets: sealConnectionSecrets(master, key, made.id, { pin: '1' }) });
    const stored = await createConnectionStore(bench.pools).get(made.id);
    expect([stored?.keyVersion, stored?.wrappedKey.equals(key.wrapped)]).toEqual([key.version, true]);
    expect(await rows('SELECT FROM data_key WHERE subject_id = $1', [CONNECTIONS_SUBJECT])).toHaveLength(1);
  });
});
