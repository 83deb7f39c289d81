import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { ownerPool } from '../support/database.js';
import { Problem } from '../../src/core/problem.js';
import { eventually } from '../support/eventually.js';
import { type Bench, type Books, openBench, request } from '../support/gateway.js';
import { brokenInvariants, ledgerPoints, sendsOf, statesOf } from '../support/invariants.js';
import { redisUrl } from '../support/redis.js';
import { linkSpender, redeemPoints, type Spender } from '../support/travellers.js';

/** The full run does four times as much, and with the queue on Redis where there is one. */
const FULL = process.env['CHAOS'] === 'full';
/** Of each scheme that redeems. */
const REDEMPTIONS = FULL ? 300 : 75;
const SCHEMES = ['china-railway', 'northwind-air'] as const;
const SPENDERS = 10;
const REST_WITHIN_MS = 120_000;
/** The faults are on until everything was sent once; a call may take its whole timeout. */
const SENT_WITHIN_MS = 180_000;
const FINAL = ['confirmed', 'released', 'expired', 'rejected'];

let bench: Bench;
let owner: pg.Pool;
beforeAll(async () => {
  bench = await openBench({ redisUrl: FULL ? redisUrl() : null });
  owner = ownerPool(bench.ownerUrl);
});
afterAll(async () => {
  await owner.end();
  await bench.close();
});

type Wish = 'confirm' | 'release' | 'both' | 'release at once';

/** Most are confirmed, some are let go, of some both is asked in the same moment, and a few are let go before they can be held. */
function wishOf(index: number): Wish {
  const last = index % 10;
  if (last < 6) return 'confirm';
  if (last < 8) return 'both';
  return last === 8 ? 'release' : 'release at once';
}

interface Asked {
  readonly id: string;
  readonly wish: Wish;
  /** What each act was answered with: a state, or the code of a problem. */
  readonly answers: Record<string, string>;
}

async function act(what: 'confirm' | 'release', { id, answers }: Asked): Promise<void> {
  try {
    const answer = await bench.gateway.redemptions[what](bench.demo, id, request({ what, id }));
    answers[what] = (JSON.parse(answer.body) as { state: string }).state;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    answers[what] = error.code;
  }
}

async function actOn(asked: Asked): Promise<void> {
  const acts = asked.wish === 'both' ? (['confirm', 'release'] as const) : ([asked.wish] as ('confirm' | 'release')[]);
  await Promise.all(acts.map((what) => act(what, asked)));
}

async function heldAmong(ids: readonly string[]): Promise<Set<string>> {
  const found = await owner.query<{ id: string }>(`SELECT id FROM operation WHERE id = ANY ($1) AND state = 'held'`, [
    ids,
  ]);
  return new Set(found.rows.map((row) => row.id));
}

/** Acts on each as soon as it is held, until all were. */
async function actWhenHeld(all: readonly Asked[]): Promise<void> {
  let waiting = [...all];
  await eventually(
    async () => {
      const held = await heldAmong(waiting.map(({ id }) => id));
      await Promise.all(waiting.filter(({ id }) => held.has(id)).map(actOn));
      waiting = waiting.filter(({ id }) => !held.has(id));
      return waiting.length;
    },
    (left) => left === 0,
    { withinMs: SENT_WITHIN_MS, everyMs: 200 },
  );
}

/** How many have a step that was begun, or is about to be, and whose first send is not over. */
async function unsent(scheme: string): Promise<number> {
  const found = await owner.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM operation
     WHERE scheme = $1 AND state IN ('requested', 'holding', 'confirming', 'releasing') AND unknown_since IS NULL`,
    [scheme],
  );
  return found.rows[0]?.n ?? -1;
}

async function spendUnderFaults(scheme: string, spenders: readonly Spender[]): Promise<Asked[]> {
  await bench.sandbox.put(`${scheme}/faults`, { seed: 11, rates: { commitThenDrop: 0.3, dropBeforeCommit: 0.1 } });
  const asked = await Promise.all(
    Array.from({ length: REDEMPTIONS }, async (_none, index): Promise<Asked> => {
      const linkId = spenders[index % spenders.length]?.linkId ?? '';
      const id = await redeemPoints(bench, bench.demo, { scheme, linkId, points: 100 + index });
      return { id, wish: wishOf(index), answers: {} };
    }),
  );
  const atOnce = asked.filter(({ wish }) => wish === 'release at once');
  await Promise.all(atOnce.map((one) => act('release', one)));
  await actWhenHeld(asked.filter(({ wish }) => wish !== 'release at once'));
  await eventually(
    () => unsent(scheme),
    (left) => left === 0,
    { withinMs: SENT_WITHIN_MS, everyMs: 250 },
  );
  const sends = await sendsOf(bench.ownerUrl, scheme);
  const total = Object.values(sends).reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(REDEMPTIONS / 2);
  expect(sends['unknown-outcome']).toBeGreaterThan(total * 0.25);
  return asked;
}

/** A release that was noted on a confirm of unknown outcome waits until no confirm can be on its way any more: 20 s here. */
function atRest(scheme: string): Promise<Record<string, number>> {
  return eventually(
    () => statesOf(bench.ownerUrl, scheme),
    (states) => FINAL.reduce((sum, state) => sum + (states[state] ?? 0), 0) === REDEMPTIONS,
    { withinMs: REST_WITHIN_MS, everyMs: 250 },
  );
}

/** Of two who ask at once one is taken; the other is refused, or its wish noted where the outcome was open by then. */
function expectOneWinner({ answers: { confirm = '', release = '' } }: Asked, state: string): void {
  if (release === 'unknown') return;
  const winners = [confirm, release].filter((answer) => answer !== 'REDEMPTION_STATE');
  expect([confirm, release, winners.length]).toEqual([confirm, release, 1]);
  expect(state).toBe(confirm === 'REDEMPTION_STATE' ? 'released' : 'confirmed');
}

async function expectBooks(scheme: string, asked: readonly Asked[], spenders: readonly Spender[]): Promise<void> {
  const { postings, totals } = await bench.sandbox.get<Books>(`${scheme}/books`);
  const rows = await owner.query<{ id: string; reference: string; state: string; link_id: string; points: string }>(
    'SELECT id, reference, state, link_id, points FROM operation WHERE scheme = $1',
    [scheme],
  );
  const confirmed = rows.rows.filter(({ state }) => state === 'confirmed');
  expect(postings.map(({ reference, points }) => `${reference} ${points}`).sort()).toEqual(
    confirmed.map(({ reference, points }) => `${reference} -${points}`).sort(),
  );
  expect(await ledgerPoints(bench.ownerUrl, scheme)).toBe(totals.points);
  const stateOf = new Map(rows.rows.map(({ id, state }) => [id, state]));
  for (const one of asked) {
    const state = stateOf.get(one.id) ?? '';
    if (one.wish === 'confirm') expect([one, state]).toEqual([one, 'confirmed']);
    else if (one.wish === 'both') expectOneWinner(one, state);
    else expect([one, state]).toEqual([one, 'released']);
  }
  for (const { linkId, member } of spenders) {
    const spent = confirmed
      .filter(({ link_id }) => link_id === linkId)
      .reduce((sum, { points }) => sum + Number(points), 0);
    const { balance } = await bench.gateway.links.account(bench.demo, linkId, 0);
    expect(balance.available).toBe(member.balance - spent);
  }
}

describe(`${2 * REDEMPTIONS} redemptions with 30% of answers lost after the commit and 10% before`, () => {
  it(
    'have one effect each or none, none is both confirmed and released, and none is open',
    async () => {
      const spenders = await Promise.all(
        SCHEMES.map(async (scheme) => {
          const made: Spender[] = [];
          while (made.length < SPENDERS) made.push(await linkSpender(bench, bench.demo, scheme));
          for (const { linkId } of made) await bench.gateway.links.account(bench.demo, linkId, 0);
          return made;
        }),
      );
      const asked = await Promise.all(SCHEMES.map((scheme, index) => spendUnderFaults(scheme, spenders[index] ?? [])));
      await Promise.all(SCHEMES.map((scheme) => bench.sandbox.delete(`${scheme}/faults`)));
      await Promise.all(SCHEMES.map((scheme) => bench.sandbox.post(`${scheme}/close-day`, {})));
      await Promise.all(SCHEMES.map(atRest));
      for (const [index, scheme] of SCHEMES.entries())
        await expectBooks(scheme, asked[index] ?? [], spenders[index] ?? []);
      expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
      expect(bench.errors).toEqual([]);
    },
    2 * SENT_WITHIN_MS + REST_WITHIN_MS + 60_000,
  );
});
