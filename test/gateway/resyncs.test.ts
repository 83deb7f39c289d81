import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { components } from '../../contracts/generated/gateway.js';
import { eventually } from '../support/eventually.js';
import { brokenInvariants } from '../support/invariants.js';
import { type Answered, type Ask, type Door, openDoor } from './door.js';
import { effects, type Link, linked, type Operation, operationOf, posted } from './requests.js';
import { lookedAt, lost, type ResyncItem, resynced, RESYNCS } from './support-desk.js';

type ResyncItemList = components['schemas']['ResyncItemList'];

let door: Door;
let ours: Ask;
let theirs: Ask;
let link: Link;
let theirLink: Link;
/** Three accruals of the railway's in the order of their acceptance, posted, and nobody disputes them. */
const railway: Operation[] = [];
beforeAll(async () => {
  door = await openDoor();
  ours = { key: door.bench.keys.supportKey };
  theirs = { key: door.bench.keys.otherPlatformKey };
  link = (await linked(door, 'china-railway', 'ours')).link;
  theirLink = (await linked(door, 'china-railway', 'theirs', { key: door.bench.keys.otherPlatformKey })).link;
  for (let index = 0; index < 3; index += 1) railway.push(await posted(door, link));
});
afterAll(async () => {
  expect(await brokenInvariants(door.bench.ownerUrl)).toEqual([]);
  expect(door.bench.errors).toEqual([]);
  await door.close();
});

const start = (body: object, ask: Ask = ours): Promise<Answered> =>
  door.ask('POST', RESYNCS, { ...ask, body: { reason: 'to be sure', ...body } });
const idsOf = (operations: readonly Operation[]): string[] => operations.map(({ id }) => id);
/** Whose acts on resyncs are kept, resyncs, and what they hold. */
const stored = (): Promise<object[]> =>
  door.sql(`SELECT (SELECT count(*) FROM resync) AS resyncs, (SELECT count(*) FROM resync_item) AS items,
    (SELECT count(*) FROM audit) AS acts, (SELECT count(*) FROM idempotency_key) AS keys`);
const NONE = Object.fromEntries(
  ['settled', 'confirmed', 'differs', 'refreshed', 'unchanged', 'in-flight', 'cannot-look', 'unreachable'].map(
    (result) => [result, 0],
  ),
);

describe.each(['harbour-hotels', 'china-railway'] as const)('at %s', (scheme) => {
  let own: Link;
  beforeAll(async () => {
    own = (await linked(door, scheme, `ours-${scheme}`)).link;
    await posted(door, own);
  });

  it('a lost answer is found by looking again, as the dry run said, and nothing is sent', async () => {
    const { id, reference, version } = await lost(door, own, 'commitThenDrop');
    const scope = { operationIds: [id] };
    // What is looked up at the hotel group lags some seconds behind its books.
    const dry = await eventually(
      () => resynced(door, { scope, dryRun: true }, ours),
      ({ resync }) => resync.changed > 0,
    );
    const item = { operationId: id, linkId: own.id, result: 'settled', from: 'unknown', to: 'posted', calls: 1 };
    expect(dry.items).toEqual([item]);
    expect(dry.resync).toMatchObject({ state: 'completed', dryRun: true, scope, total: 1, done: 1, quotaCost: 1 });
    expect(await operationOf(door, id)).toMatchObject({ state: 'unknown', version });

    const run = await resynced(door, { scope }, ours);
    expect(run.items).toEqual(dry.items);
    const { id: other, createdAt, finishedAt } = run.resync;
    expect(run.resync).toEqual({ ...dry.resync, dryRun: false, id: other, createdAt, finishedAt });
    expect(await operationOf(door, id)).toMatchObject({ state: 'posted', attempts: 1, evidence: { by: 'look-up' } });
    expect(await effects(door, scheme, reference)).toHaveLength(1);

    const again = await resynced(door, { scope }, ours);
    expect(again).toMatchObject({ resync: { changed: 0, counts: { ...NONE, unchanged: 1 } }, items: [] });
  });

  it('what never arrived stays open, however often it is looked at', async () => {
    const before = await lost(door, own, 'dropBeforeCommit');
    for (const dryRun of [true, false, false]) {
      const { resync, items } = await resynced(door, { scope: { operationIds: [before.id] }, dryRun }, ours);
      expect([resync.changed, resync.counts, items]).toEqual([0, { ...NONE, unchanged: 1 }, []]);
    }
    expect(await operationOf(door, before.id)).toEqual(before);
    expect(await effects(door, scheme, before.reference)).toEqual([]);
  });

  it('a scheme alone means what is open there', async () => {
    const open = await lost(door, own, 'dropBeforeCommit');
    const { resync } = await resynced(door, { scope: { scheme }, dryRun: true }, ours);
    const still = await door.ask('GET', `/v1/operations?scheme=${scheme}&state=unknown&limit=200`);
    const ids = (still.json['items'] as Operation[]).map(({ id }) => id);
    expect(ids).toContain(open.id);
    expect(resync).toMatchObject({ total: ids.length, done: ids.length });
  });
});

describe('a scope', () => {
  it('of a link is everything that was sent for it, and the account', async () => {
    const { resync, items } = await resynced(door, { scope: { linkId: link.id } }, ours);
    expect(resync).toMatchObject({ total: 4, done: 4, counts: { ...NONE, unchanged: 3, refreshed: 1 }, quotaCost: 4 });
    expect(items).toMatchObject([{ operationId: null, linkId: link.id, result: 'refreshed', from: null, to: null }]);
  });

  it('of a link and a window is what fits both: from then on, until but not at the end', async () => {
    const [first, second, third] = railway.map(({ createdAt }) => createdAt);
    const held = async (window: object): Promise<number> =>
      (await resynced(door, { scope: { linkId: link.id, scheme: 'china-railway', ...window }, dryRun: true }, ours))
        .resync.counts.unchanged;
    expect(await held({ from: second })).toBe(2);
    expect(await held({ to: second })).toBe(1);
    expect(await held({ from: first, to: third })).toBe(2);
  });

  it('of operations and another scheme is nothing', async () => {
    const { status, json } = await start({ scope: { operationIds: idsOf(railway), scheme: 'northwind-air' } });
    expect([status, json['code'], json['errors']]).toMatchObject([422, 'INVALID', [{ pointer: '/scope' }]]);
  });

  const id = (index: number) => `op_01kb0cb0t4fk0r8h6xv2n5q${String(index).padStart(3, '0')}`;
  const early = '2026-01-01T00:00:00Z';
  it.each([
    ['of nothing', {}, 'INVALID', '/scope'],
    ['of everything', { all: true }, 'INVALID', '/scope/all'],
    ['of somebody else’s choice', { tenantId: 'other', scheme: 'china-railway' }, 'INVALID', '/scope/tenantId'],
    ['of no operations', { operationIds: [] }, 'INVALID', '/scope/operationIds'],
    [
      'of 201 operations',
      { operationIds: Array.from({ length: 201 }, (_, n) => id(n)) },
      'INVALID',
      '/scope/operationIds',
    ],
    ['of an operation twice', { operationIds: [id(1), id(1)] }, 'INVALID', '/scope/operationIds'],
    ['of a window that ends first', { from: '2026-02-01T00:00:00Z', to: early }, 'INVALID', '/scope/to'],
    ['of a window without an inside', { from: early, to: early }, 'INVALID', '/scope/to'],
    ['of a window in which nothing was', { from: '2020-01-01T00:00:00Z', to: early }, 'INVALID', '/scope'],
    ['of a day that never was', { from: '2026-02-30T00:00:00Z' }, 'INVALID', '/scope/from'],
    ['of a scheme that is not installed', { scheme: 'no-such-scheme' }, 'SCHEME_UNKNOWN', undefined],
    ['of a link that is none', { linkId: "lnk_' OR true --" }, 'INVALID', '/scope/linkId'],
  ])('%s is refused, and nothing of it is kept', async (_what, scope, code, pointer) => {
    const before = await stored();
    const { status, json } = await start({ scope });
    expect([status, json['code']]).toEqual([422, code]);
    if (pointer !== undefined) expect(json['errors']).toMatchObject([{ pointer }]);
    expect(await stored()).toEqual(before);
  });

  it.each([
    ['without a reason', { reason: undefined }, '/reason'],
    ['with a reason of blanks', { reason: '  ' }, '/reason'],
    ['that is perhaps dry', { dryRun: 'perhaps' }, '/dryRun'],
    ['that sends', { send: true }, '/send'],
  ])('%s is refused too', async (_what, more, pointer) => {
    const before = await stored();
    const { status, json } = await start({ scope: { linkId: link.id }, ...more });
    expect([status, json['errors']]).toMatchObject([422, [{ pointer }]]);
    expect(await stored()).toEqual(before);
  });

  it('of another tenant’s leads nowhere, alone or among one’s own', async () => {
    const [own = ''] = idsOf(railway);
    const before = await stored();
    for (const scope of [
      { linkId: theirLink.id },
      { linkId: 'lnk_00000000000000000000000000' },
      { operationIds: ['op_00000000000000000000000000'] },
      { operationIds: [own, 'op_00000000000000000000000000'] },
    ]) {
      const { status, json } = await start({ scope });
      expect([status, json['code']]).toEqual([404, 'NOT_FOUND']);
    }
    for (const scope of [{ operationIds: [own] }, { linkId: link.id }, { linkId: theirLink.id, operationIds: [own] }]) {
      const { status, json } = await start({ scope }, theirs);
      expect([status, json['code']]).toEqual([404, 'NOT_FOUND']);
    }
    expect(await stored()).toEqual(before);
  });
});

describe('a resync', () => {
  it('asked for twenty times at once is one, for one tenant and one way of looking', async () => {
    const scope = { operationIds: idsOf(railway) };
    await door.sandbox.put('china-railway/faults', { latencyMs: { p50: 700, p99: 700 } });
    const asked = await Promise.all(Array.from({ length: 20 }, () => start({ scope })));
    const dry = await start({ scope, dryRun: true });
    await door.sandbox.delete('china-railway/faults');
    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 202));
    expect(new Set(asked.map(({ text }) => text)).size).toBe(1);
    expect(asked.filter(({ headers }) => headers.has('idempotency-replayed'))).toEqual([]);
    const id = asked[0]?.json['id'];
    expect(dry.json['id']).not.toBe(id);
    const acts = await door.sql(
      'SELECT act, count(*)::int AS n FROM audit WHERE subject = $1 GROUP BY act ORDER BY act',
      [id],
    );
    expect(acts).toEqual([
      { act: 'resync.join', n: 19 },
      { act: 'resync.start', n: 1 },
    ]);
    const { resync } = await lookedAt(door, asked[0]?.headers.get('location') ?? '', ours);
    expect(resync).toMatchObject({ id, total: 3, done: 3, quotaCost: 3 });
    await lookedAt(door, dry.headers.get('location') ?? '', ours);
  });

  it('needs a key of its own, which is good for one request', async () => {
    const scope = { operationIds: idsOf(railway) };
    expect((await start({ scope }, { ...ours, idempotencyKey: null })).json['code']).toBe('IDEMPOTENCY_KEY_REQUIRED');
    const asked = await start({ scope }, { ...ours, idempotencyKey: 'once' });
    await lookedAt(door, asked.headers.get('location') ?? '', ours);
    const again = await start({ scope }, { ...ours, idempotencyKey: 'once' });
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([asked.text, 'true']);
    const other = await start({ scope, dryRun: true }, { ...ours, idempotencyKey: 'once' });
    expect([other.status, other.json['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('tells what it came to page by page, each once', async () => {
    const { link: own } = await linked(door, 'northwind-air', 'pages');
    for (let index = 0; index < 3; index += 1) await posted(door, own);
    const { resync, items } = await resynced(door, { scope: { linkId: own.id }, dryRun: true }, ours);
    expect(resync.counts).toEqual({ ...NONE, 'cannot-look': 3, refreshed: 1 });
    expect(items.map(({ operationId }) => operationId === null)).toEqual([false, false, false, true]);
    const pages: ResyncItem[] = [];
    let next: string | null = '';
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`;
      const { json } = await door.ask('GET', `${RESYNCS}/${resync.id}/items?limit=1${cursor}`, ours);
      const page = json as unknown as ResyncItemList;
      expect(page.items).toHaveLength(1);
      pages.push(...page.items);
      next = page.next;
    }
    expect(pages).toEqual(items);
    const forged = await door.ask('GET', `${RESYNCS}/${resync.id}/items?cursor=forged`, ours);
    expect([forged.status, forged.json['code']]).toEqual([422, 'INVALID']);
  });

  it('is support’s alone, and its tenant’s', async () => {
    const { resync } = await resynced(door, { scope: { operationIds: idsOf(railway) }, dryRun: true }, ours);
    const paths = [`${RESYNCS}/${resync.id}`, `${RESYNCS}/${resync.id}/items`];
    const key = await door.addKey('demo', ['read', 'read-numbers', 'link', 'accrue', 'redeem', 'webhooks', 'reports']);
    expect((await start({ scope: { linkId: link.id } }, { key })).status).toBe(403);
    for (const path of paths) {
      expect((await door.ask('GET', path, { key })).status).toBe(403);
      expect((await door.ask('GET', path, theirs)).status).toBe(404);
      expect((await door.ask('GET', path, ours)).status).toBe(200);
    }
  });
});
