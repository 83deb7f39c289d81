import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { components } from '../../contracts/generated/gateway.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { type Answered, type Ask, type Door, openDoor } from './door.js';
import { linked, posted } from './requests.js';
import {
  actOn,
  type Break,
  breaksOf,
  closeDay,
  lookedAt,
  plant,
  RECONCILIATIONS,
  type Reconciliation,
  reconciled,
  runOf,
} from './support-desk.js';

/** One for each test that changes its break, and one more. */
const BREAKS = 5;

let door: Door;
let support: Ask;
let businessDate: string;
let run: Reconciliation;
/** Newest first; each test takes its own. */
let breaks: readonly Break[];
beforeAll(async () => {
  door = await openDoor();
  support = { key: door.bench.keys.supportKey };
  const { link } = await linked(door, 'china-railway', 'traveller');
  for (let index = 0; index <= BREAKS; index += 1) await posted(door, link);
  businessDate = await closeDay(door, 'china-railway');
  for (let index = 0; index < BREAKS; index += 1) await plant(door, 'china-railway', 'drop-line', businessDate);
  run = await reconciled(door, 'china-railway', businessDate, support);
  breaks = await breaksOf(door, run.id, support);
  expect(breaks).toHaveLength(BREAKS);
});
afterAll(async () => {
  expect(door.bench.errors).toEqual([]);
  await door.close();
});

function nth(index: number): Break {
  const found = breaks[index];
  if (found === undefined) throw new Error('too few breaks');
  return found;
}

/** The same act so many times at once, each a request of its own. */
function atOnce(times: number, id: string, body: (index: number) => object): Promise<Answered[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => actOn(door, id, body(index), support)));
}

async function actsOn(id: string): Promise<string[]> {
  const kept = await door.sql<{ act: string }>('SELECT act FROM audit WHERE subject = $1 ORDER BY act', [id]);
  return kept.map(({ act }) => act);
}

it('twenty who close a break at once are one, and the others are told', async () => {
  const { id } = nth(0);
  const answers = await atOnce(20, id, (index) => ({ action: 'resolve', reason: `the ${index}th` }));
  const [closed, ...more] = answers.filter(({ status }) => status === 202);
  expect(more).toEqual([]);
  const others = answers.filter((answer) => answer !== closed).map(({ status, json }) => [status, json['code']]);
  expect(others).toEqual(others.map(() => [409, 'BREAK_STATE']));
  const now = (await breaksOf(door, run.id, support)).find((one) => one.id === id);
  expect(now).toEqual(closed?.json);
  expect(await actsOn(id)).toEqual(['break.resolve']);
});

it('twenty who look at a break at once look at it once', async () => {
  const { id, operationId } = nth(1);
  const answers = await atOnce(20, id, () => ({ action: 'look-up', reason: 'is it there?' }));
  const taken = answers.filter(({ status }) => status === 202);
  // Whoever comes after it was healed comes too late.
  const late = answers.filter(({ status }) => status !== 202).map(({ json }) => json['code']);
  expect(late).toEqual(late.map(() => 'BREAK_STATE'));
  const places = [...new Set(taken.map(({ headers }) => headers.get('location') ?? ''))];
  const resyncs = await Promise.all(places.map((place) => lookedAt(door, place, support)));
  const settled = resyncs.filter(({ resync }) => resync.changed > 0);
  expect(settled).toMatchObject([{ items: [{ operationId, result: 'confirmed' }] }]);
  const now = (await breaksOf(door, run.id, support)).find((one) => one.id === id);
  expect(now).toMatchObject({ state: 'auto-resolved', resolution: { by: 'look-up' } });
  expect(
    await door.sql(`SELECT 1 FROM attempt WHERE operation_id = $1 AND effect = 'write'`, [uuidOf(operationId)]),
  ).toHaveLength(1);
});

it('a look-up that is asked for again under its key is the same look-up', async () => {
  const { id } = nth(2);
  const ask = { ...support, idempotencyKey: 'look' };
  const body = { action: 'look-up', reason: 'is it there?' };
  const first = await actOn(door, id, body, ask);
  await lookedAt(door, first.headers.get('location') ?? '', support);
  const again = await actOn(door, id, body, ask);
  expect([again.status, again.text, again.headers.get('location')]).toEqual([
    202,
    first.text,
    first.headers.get('location'),
  ]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await actsOn(id)).toEqual(['break.look-up']);
});

it('come page by page, newest first, each once; another tenant’s cursor is none', async () => {
  const path = `${RECONCILIATIONS}/${run.id}/breaks`;
  const pages: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const cursor: string = next === '' ? '' : `&cursor=${next}`;
    const { json } = await door.ask('GET', `${path}?limit=2${cursor}`, support);
    const page = json as unknown as components['schemas']['BreakList'];
    pages.push(...page.items.map(({ id }) => id));
    next = page.next;
  }
  expect(pages).toEqual(breaks.map(({ id }) => id));
  expect(pages).toEqual(pages.toSorted().reverse());
  const theirs = { key: door.bench.keys.otherPlatformKey };
  const { next: ours } = (await door.ask('GET', `${path}?limit=2`, support)).json;
  const borrowed = await door.ask('GET', `${path}?cursor=${String(ours)}`, theirs);
  expect([borrowed.status, borrowed.json['code']]).toEqual([422, 'INVALID']);
});

it('closed by a person stays closed, and a signature stays under its run, when the day is judged anew', async () => {
  const { id } = nth(3);
  await actOn(door, id, { action: 'resolve', reason: 'theirs to mend' }, support);
  const sign = { ...support, body: { reason: 'all explained' } };
  const { status, json } = await door.ask('POST', `${RECONCILIATIONS}/${run.id}/sign-off`, sign);
  expect(status).toBe(202);
  const reference = await plant(door, 'china-railway', 'extra-line', businessDate);
  const anew = await reconciled(door, 'china-railway', businessDate, support);
  expect(anew).toMatchObject({ supersedes: run.id, signedOffBy: null });
  const before = await runOf(door, run.id, support);
  expect(before).toMatchObject({ supersededBy: anew.id, signedOffBy: json['signedOffBy'] });
  const now = await breaksOf(door, anew.id, support);
  expect(now).toHaveLength(BREAKS + 1);
  expect(now.find((one) => one.id === id)).toMatchObject({
    state: 'resolved',
    resolution: { reason: 'theirs to mend' },
  });
  const open = now.filter(({ state }) => state === 'open').map((one) => one.reference);
  expect(open).toContain(reference);
  expect(anew.openBreaks).toBe(open.length);
});

function uuidOf(operationId: string | null): string | null {
  return operationId === null ? null : fromTypeId('op', operationId);
}
