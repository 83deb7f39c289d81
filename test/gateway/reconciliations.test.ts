import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VERDICT_SENTENCES } from '../../src/core/reconcile/verdict-sentences.js';
import { eventually } from '../support/eventually.js';
import { brokenInvariants } from '../support/invariants.js';
import { type Answered, type Ask, type Door, openDoor } from './door.js';
import { accrue, type Link, linked, type Operation, operationIn } from './requests.js';
import {
  actOn,
  atRest,
  type Break,
  breaksOf,
  closeDay,
  lookedAt,
  MISCHIEF,
  type Mischief,
  openDate,
  plant,
  RECONCILIATIONS,
  type Reconciliation,
  reconciled,
  runIn,
  runOf,
} from './support-desk.js';

/** A settlement file, a listing, a settlement file of another form. */
const SETTLED = ['northwind-air', 'harbour-hotels', 'china-railway'] as const;
type Settled = (typeof SETTLED)[number];

/** What each mischief is found as; `difference` is ours less theirs. */
const FOUND: Readonly<Record<Mischief, Pick<Break, 'kind' | 'reason' | 'difference'>>> = {
  'drop-line': { kind: 'ours-only', reason: 'not-in-the-settlement', difference: 500 },
  'extra-line': { kind: 'theirs-only', reason: 'reference-never-sent', difference: -100 },
  'change-points': { kind: 'different', reason: 'points-differ', difference: -10 },
  'duplicate-line': { kind: 'duplicated', reason: 'line-repeated', difference: -500 },
  'delay-line': { kind: 'ours-only', reason: 'not-in-the-settlement', difference: 500 },
};

/** One mischief, and what the next run made of it, as either tenant sees it. */
interface Finding {
  readonly reference: string;
  readonly run: Reconciliation;
  readonly ours: readonly Break[];
  readonly theirs: readonly Break[];
}

/** A day of a scheme from its first accrual to the day after, as it was told over HTTP. */
interface Story {
  readonly businessDate: string;
  readonly link: Link;
  readonly ours: readonly Operation[];
  readonly theirs: readonly Operation[];
  readonly open: Reconciliation;
  readonly openSignedOff: Answered;
  readonly asked: readonly Answered[];
  readonly agreed: Reconciliation;
  readonly agreedByThem: Reconciliation;
  readonly again: Reconciliation;
  readonly findings: ReadonlyMap<Mischief, Finding>;
  readonly nextDay: Reconciliation;
  readonly last: Reconciliation;
  readonly lastBreaks: readonly Break[];
}

let door: Door;
let ours: Ask;
let theirs: Ask;
const stories = new Map<Settled, Story>();
beforeAll(async () => {
  door = await openDoor();
  ours = { key: door.bench.keys.supportKey };
  theirs = { key: door.bench.keys.otherPlatformKey };
  for (const [scheme, story] of await Promise.all(SETTLED.map(async (one) => [one, await told(one)] as const))) {
    stories.set(scheme, story);
  }
});
afterAll(async () => {
  expect(await brokenInvariants(door.bench.ownerUrl)).toEqual([]);
  expect(door.bench.errors).toEqual([]);
  await door.close();
});

async function told(scheme: Settled): Promise<Story> {
  const { link } = await linked(door, scheme, 'ours');
  const own = await postedBy(link, 6);
  const other = await postedBy((await linked(door, scheme, 'theirs', { key: theirs.key ?? '' })).link, 4, theirs);
  const businessDate = await openDate(door, scheme);
  const post = (): Promise<Answered> => door.ask('POST', RECONCILIATIONS, { ...ours, body: { scheme, businessDate } });
  const first = runIn(await post());
  const open = scheme === 'harbour-hotels' ? await atRest(door, first.id, ours) : await runOf(door, first.id, ours);
  const openSignedOff = await signOff(open.id);
  await closeDay(door, scheme);
  const asked = await Promise.all(Array.from({ length: 10 }, post));
  const agreed = await atRest(door, first.id, ours);
  const agreedByThem = await runOf(door, agreed.id, theirs);
  const again = await reconciled(door, scheme, businessDate, theirs);
  const findings = new Map<Mischief, Finding>();
  for (const kind of MISCHIEF) findings.set(kind, await found(scheme, kind, businessDate));
  const nextDay = await reconciled(door, scheme, await closeDay(door, scheme), ours);
  const last = await reconciled(door, scheme, businessDate, ours);
  const whole = { businessDate, link, ours: own, theirs: other, open, openSignedOff, asked, agreed, agreedByThem };
  const lastBreaks = [...(await breaksOf(door, last.id, ours)), ...(await breaksOf(door, last.id, theirs))];
  return { ...whole, again, findings, nextDay, last, lastBreaks };
}

async function postedBy(link: Link, count: number, ask: Ask = {}): Promise<Operation[]> {
  const waiting = { ...ask, headers: { prefer: 'wait=20' } };
  const operations = await Promise.all(
    Array.from({ length: count }, async () => operationIn(await accrue(door, link, {}, waiting))),
  );
  expect(operations.map(({ state }) => state)).toEqual(operations.map(() => 'posted'));
  return operations;
}

async function found(scheme: Settled, kind: Mischief, businessDate: string): Promise<Finding> {
  const reference = await plant(door, scheme, kind, businessDate);
  const run = await reconciled(door, scheme, businessDate, ours);
  return { reference, run, ours: await breaksOf(door, run.id, ours), theirs: await breaksOf(door, run.id, theirs) };
}

function signOff(id: string, ask = ours, reason = 'all explained'): Promise<Answered> {
  return door.ask('POST', `${RECONCILIATIONS}/${id}/sign-off`, { ...ask, body: { reason } });
}

function storyOf(scheme: Settled): Story {
  const story = stories.get(scheme);
  if (story === undefined) throw new Error(`${scheme} has no story`);
  return story;
}

const NONE = { lines: 0, matched: 0, oursOnly: 0, theirsOnly: 0, foreign: 0, duplicated: 0, different: 0, late: 0 };

describe.each(SETTLED)('a day of %s', (scheme) => {
  it('is waited for while it is open, or reconciled for the time being, and not signed off', () => {
    const { open, openSignedOff, businessDate } = storyOf(scheme);
    const listed = scheme === 'harbour-hotels';
    expect(open).toMatchObject({
      ...{ scheme, businessDate, provisional: true, openBreaks: 0, signedOffBy: null },
      counts: listed ? { ...NONE, lines: 6, matched: 6 } : NONE,
    });
    expect(listed ? ['completed'] : ['waiting', 'running']).toContain(open.state);
    expect([openSignedOff.status, openSignedOff.json['code']]).toEqual([409, 'RECONCILIATION_STATE']);
    // A run that waits is `running` while it asks whether the day is there.
    expect(listed ? ['provisional'] : ['waiting', 'running']).toContain(openSignedOff.json['state']);
  });

  it('is conclusive once it is closed; either tenant sees what is its own', () => {
    const { open, agreed, agreedByThem } = storyOf(scheme);
    const rest = { state: 'completed', provisional: false, openBreaks: 0, quarantine: null };
    expect(agreed).toMatchObject({ ...rest, counts: { ...NONE, lines: 6, matched: 6 } });
    expect(agreed.points).toEqual({ ours: 3_000, theirs: 3_000 });
    expect(agreedByThem).toMatchObject({ ...rest, counts: { ...NONE, lines: 4, matched: 4 } });
    expect(agreedByThem.points).toEqual({ ours: 2_000, theirs: 2_000 });
    expect(agreedByThem).toEqual({ ...agreed, counts: agreedByThem.counts, points: agreedByThem.points });
    // A file that was waited for comes to the run that waited; a listing that was judged before comes to a new one.
    expect(agreed.supersedes).toBe(scheme === 'harbour-hotels' ? open.id : null);
  });

  it('is one run with one digest, however often and by whomever it is asked for', () => {
    const { open, asked, agreed, agreedByThem, again } = storyOf(scheme);
    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 202));
    for (const { json } of asked) expect([open.id, agreed.id]).toContain(json['id']);
    expect(agreed.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(again).toEqual(agreedByThem);
  });

  it.each(MISCHIEF)('with a %s is judged anew, and that is found and nothing else', (kind) => {
    const { findings, agreed, link, ours: own, theirs: other } = storyOf(scheme);
    const finding = findings.get(kind);
    if (finding === undefined) throw new Error('nothing was planted');
    const before = findings.get(MISCHIEF[MISCHIEF.indexOf(kind) - 1] ?? kind);
    const replaced = before === undefined || before === finding ? agreed : before.run;
    expect(finding.run).toMatchObject({ state: 'completed', provisional: false, supersedes: replaced.id });
    expect(finding.run.digest).not.toBe(replaced.digest);

    const planted = [...findings.values()].slice(0, MISCHIEF.indexOf(kind) + 1).map(({ reference }) => reference);
    const told = [...finding.ours, ...finding.theirs];
    expect(told.map(({ reference }) => reference).sort()).toEqual(planted.toSorted());
    const [one] = told.filter(({ reference }) => reference === finding.reference);
    expect(one).toMatchObject({ ...FOUND[kind], state: 'open', owner: null, scheme, resolution: null });
    expect(one?.message).toBe(VERDICT_SENTENCES[FOUND[kind].reason].en);

    // Each is told to whom the operation belongs, or else the member; the first member that was linked was ours.
    const references = (operations: readonly Operation[]) => operations.map(({ reference }) => reference);
    const extra = planted.filter((reference) => !references([...own, ...other]).includes(reference));
    for (const { reference } of finding.theirs) expect(references(other)).toContain(reference);
    for (const { reference } of finding.ours) expect([...references(own), ...extra]).toContain(reference);
    if (kind === 'extra-line') expect(one).toMatchObject({ operationId: null, linkId: link.id, ours: null });
    expect(finding.run.openBreaks).toBe(finding.ours.length);
  });

  it('takes back what it missed when the line comes on the day after', () => {
    const { findings, nextDay, last, lastBreaks, ours: own } = storyOf(scheme);
    const { reference, run } = findings.get('delay-line') ?? { reference: '', run: null };
    const late = own.some((operation) => operation.reference === reference) ? 1 : 0;
    expect(nextDay).toMatchObject({ state: 'completed', openBreaks: 0, counts: { ...NONE, lines: late, late } });
    expect(last).toMatchObject({ id: run?.id, digest: run?.digest });
    const closed = lastBreaks.filter(({ state }) => state !== 'open');
    expect(closed).toMatchObject([
      { reference, state: 'auto-resolved', actions: [], resolution: { by: 'settlement' } },
    ]);
  });
});

/** A break of a kind, and the key of the tenant to whom it was told. */
function breakOf(scheme: Settled, kind: Mischief): { id: string; operationId: string | null; whose: Ask } {
  const { findings, lastBreaks } = storyOf(scheme);
  const finding = findings.get(kind);
  const found = lastBreaks.find(({ reference }) => reference === finding?.reference);
  if (finding === undefined || found === undefined) throw new Error(`no ${kind} was found`);
  const whose = finding.ours.some(({ id }) => id === found.id) ? ours : theirs;
  return { id: found.id, operationId: found.operationId, whose };
}

async function breakNow(scheme: Settled, id: string, whose: Ask): Promise<Break> {
  const found = (await breaksOf(door, storyOf(scheme).last.id, whose)).find((one) => one.id === id);
  if (found === undefined) throw new Error('the break is gone');
  return found;
}

describe.each(SETTLED)('a break of %s', (scheme) => {
  it('is given to somebody, then closed, and after that takes nothing more', async () => {
    const { id, operationId, whose } = breakOf(scheme, 'change-points');
    const { last } = storyOf(scheme);
    const assigned = await actOn(door, id, { action: 'assign', reason: 'theirs to find out', owner: 'ops-7' }, whose);
    expect([assigned.status, assigned.headers.get('location')]).toEqual([202, `${RECONCILIATIONS}/${last.id}`]);
    expect(assigned.json).toMatchObject({ id, operationId, state: 'assigned', owner: 'ops-7', resolution: null });
    expect(assigned.json['actions']).toEqual(['look-up', 'assign', 'resolve']);
    expect((await breaksOf(door, last.id, whose, '?state=assigned')).map((one) => one.id)).toEqual([id]);

    const key = `resolve-${scheme}`;
    const resolve = { action: 'resolve', reason: 'they corrected it by hand' };
    const resolved = await actOn(door, id, resolve, { ...whose, idempotencyKey: key });
    expect([resolved.status, resolved.json['state'], resolved.json['actions']]).toEqual([202, 'resolved', []]);
    expect(resolved.json['resolution']).toMatchObject({ by: expect.stringMatching(/^key_/), reason: resolve.reason });
    const again = await actOn(door, id, resolve, { ...whose, idempotencyKey: key });
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([resolved.text, 'true']);

    for (const action of ['look-up', 'assign', 'resolve']) {
      const body = { action, reason: 'again', ...(action === 'assign' ? { owner: 'ops-8' } : {}) };
      const late = await actOn(door, id, body, whose);
      expect([late.status, late.json]).toMatchObject([409, { code: 'BREAK_STATE', state: 'resolved' }]);
    }
    expect(await breakNow(scheme, id, whose)).toEqual(resolved.json);
  });

  it('about what both sides have is healed by a look at the supplier, where one can be had', async () => {
    const { id, operationId, whose } = breakOf(scheme, 'drop-line');
    const heals = scheme !== 'northwind-air';
    const look = async () => {
      const asked = await actOn(door, id, { action: 'look-up', reason: 'they say they have it' }, whose);
      expect([asked.status, asked.json['state']]).toEqual([202, 'open']);
      const location = asked.headers.get('location') ?? '';
      expect(location).toMatch(/^\/v1\/support\/resyncs\/rsy_/);
      return lookedAt(door, location, whose);
    };
    // What is looked up at the hotel group lags some seconds behind its books; not found there means nothing so soon.
    const { resync, items } = await eventually(look, ({ resync: { changed } }) => changed > 0 || !heals);
    const result = heals ? 'confirmed' : 'cannot-look';
    expect(items).toMatchObject([{ operationId, result, from: 'posted', to: 'posted', calls: heals ? 1 : 0 }]);
    expect(resync).toMatchObject({ state: 'completed', scope: { operationIds: [operationId] } });
    const healed = { state: 'auto-resolved', resolution: { by: 'look-up' } };
    expect(await breakNow(scheme, id, whose)).toMatchObject(heals ? healed : { state: 'open', resolution: null });
  });

  it('without an operation has nothing to look for', async () => {
    const { id, whose } = breakOf(scheme, 'extra-line');
    const refused = await actOn(door, id, { action: 'look-up', reason: 'what is it?' }, whose);
    expect([refused.status, refused.json]).toMatchObject([409, { code: 'BREAK_STATE', state: 'open' }]);
    expect((await breakNow(scheme, id, whose)).actions).toEqual(['assign', 'resolve']);
  });

  it('gives its reason in the language asked for', async () => {
    const { id, whose } = breakOf(scheme, 'duplicate-line');
    const { last } = storyOf(scheme);
    for (const language of ['zh', 'en'] as const) {
      const asked = { ...whose, headers: { 'accept-language': language } };
      const message = VERDICT_SENTENCES['line-repeated'][language];
      expect(await breaksOf(door, last.id, asked)).toContainEqual(expect.objectContaining({ id, message }));
    }
  });
});

describe.each(SETTLED)('a run of %s', (scheme) => {
  it('is signed off in the name of a tenant, once, when it is conclusive and the last of its day', async () => {
    const { agreed, last } = storyOf(scheme);
    const superseded = await signOff(agreed.id);
    expect([superseded.status, superseded.json]).toMatchObject([
      409,
      { code: 'RECONCILIATION_STATE', state: 'superseded' },
    ]);
    const signed = await signOff(last.id);
    expect([signed.status, signed.headers.get('location')]).toEqual([202, `${RECONCILIATIONS}/${last.id}`]);
    const again = await signOff(last.id, ours, 'once more');
    expect([again.status, again.json]).toEqual([202, signed.json]);
    expect(await runOf(door, last.id, ours)).toEqual(signed.json);
    expect(signed.json['signedOffBy']).toMatch(/^key_/);
    expect((await runOf(door, last.id, theirs)).signedOffBy).toBeNull();
    const acts = await door.sql('SELECT actor, reason FROM audit WHERE act = $1 AND subject = $2', [
      'reconciliation.sign-off',
      last.id,
    ]);
    expect(acts).toEqual([{ actor: signed.json['signedOffBy'], reason: 'all explained' }]);
  });
});

describe('a reconciliation is not begun', () => {
  const ask = (body: object, more: Ask = {}): Promise<Answered> =>
    door.ask('POST', RECONCILIATIONS, { ...ours, ...more, body });
  const stored = (): Promise<{ runs: string }[]> =>
    door.sql(`SELECT (SELECT count(*) FROM recon_run) AS runs, (SELECT count(*) FROM break) AS breaks,
      (SELECT count(*) FROM audit) AS acts, (SELECT count(*) FROM idempotency_key) AS keys`);

  it.each([
    ['of a day that has not begun', 'china-railway', '2099-12-31', 'INVALID', '/businessDate'],
    ['of a day that never was', 'china-railway', '2026-02-30', 'INVALID', '/businessDate'],
    ['of something that is no day', 'china-railway', "2026-02-01' OR '1'='1", 'INVALID', '/businessDate'],
    ['of a scheme that is not installed', 'no-such-scheme', '2026-02-01', 'SCHEME_UNKNOWN', '/scheme'],
    ['of something that is no scheme', '../china-railway', '2026-02-01', 'INVALID', '/scheme'],
  ])('%s', async (_what, scheme, businessDate, code, pointer) => {
    const before = await stored();
    const { status, json } = await ask({ scheme, businessDate });
    expect([status, json['code'], json['errors']]).toMatchObject([422, code, [{ pointer }]]);
    expect(await stored()).toEqual(before);
  });

  it('for another tenant, nor for another connection than the asker’s', async () => {
    const before = await stored();
    for (const field of ['tenantId', 'connectionId', 'state', 'closed']) {
      const day = { scheme: 'china-railway', businessDate: '2026-02-01' };
      const { status, json } = await ask({ ...day, [field]: 'x' });
      expect([status, json['errors']]).toMatchObject([422, [{ pointer: `/${field}` }]]);
    }
    expect(await stored()).toEqual(before);
  });

  it('by a key that is not support’s', async () => {
    const { last } = storyOf('china-railway');
    const { id } = breakOf('china-railway', 'extra-line');
    const key = await door.addKey('demo', ['read', 'read-numbers', 'link', 'accrue', 'redeem', 'webhooks', 'reports']);
    const before = await stored();
    const answers = [
      await ask({ scheme: 'china-railway', businessDate: last.businessDate }, { key }),
      await door.ask('GET', `${RECONCILIATIONS}/${last.id}`, { key }),
      await door.ask('GET', `${RECONCILIATIONS}/${last.id}/breaks`, { key }),
      await signOff(last.id, { key }),
      await actOn(door, id, { action: 'resolve', reason: 'x' }, { key }),
    ];
    const told = answers.map(({ status, json }) => [status, json['code']]);
    expect(told).toEqual(told.map(() => [403, 'FORBIDDEN']));
    expect(await stored()).toEqual(before);
  });

  it('twice under one key, and not under one that was used for something else', async () => {
    const { businessDate, last } = storyOf('northwind-air');
    const day = { scheme: 'northwind-air', businessDate };
    expect((await ask(day, { idempotencyKey: null })).json['code']).toBe('IDEMPOTENCY_KEY_REQUIRED');
    const idempotencyKey = 'once';
    const before = await stored();
    const rivals = await Promise.all(Array.from({ length: 20 }, () => ask(day, { idempotencyKey })));
    const taken = rivals.filter(({ status }) => status === 202);
    const rest = rivals.filter((answer) => !taken.includes(answer)).map(({ json }) => json['code']);
    expect(rest).toEqual(rest.map(() => 'IDEMPOTENCY_IN_PROGRESS'));
    expect(new Set(taken.map(({ text }) => text)).size).toBe(1);
    expect(taken.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    expect(taken[0]?.json['id']).toBe(last.id);
    const [{ runs } = { runs: null }] = before;
    expect(await stored()).toMatchObject([{ runs }]);
    for (const other of [
      await ask({ ...day, scheme: 'china-railway' }, { idempotencyKey }),
      await door.ask('POST', `${RECONCILIATIONS}/${last.id}/sign-off`, { ...ours, idempotencyKey, body: day }),
      await signOff(last.id, { ...ours, idempotencyKey }),
    ]) {
      expect(other.status).toBe(422);
    }
    const theirOwn = await ask(day, { ...theirs, idempotencyKey });
    expect([theirOwn.status, theirOwn.headers.has('idempotency-replayed')]).toEqual([202, false]);
  });

  it('by reading: no query makes more of it than a question', async () => {
    const { last } = storyOf('harbour-hotels');
    const before = await stored();
    for (const query of [
      'state=closed',
      'state=open&state=assigned',
      "cursor=' OR true --",
      'limit=0',
      'limit=201',
      'a=b',
    ]) {
      const { status, json } = await door.ask('GET', `${RECONCILIATIONS}/${last.id}/breaks?${query}`, ours);
      expect([query, status, json['code']]).toEqual([query, 422, 'INVALID']);
    }
    expect(await stored()).toEqual(before);
  });
});
