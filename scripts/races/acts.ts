import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { fromTypeId } from '../../src/spec/typeid.js';
import type { Ground } from '../on-gateway.js';
import { rewardOf } from '../soak/reward.js';
import type { Place } from '../soak/place.js';
import { control } from '../soak/platform.js';
import type { Traveller } from '../soak/travellers.js';

/** What became of redemptions of which both was asked at once. */
export interface ActedOutcome {
  readonly redemptions: number;
  readonly confirmed: number;
  readonly released: number;
  readonly wrong: readonly string[];
}

const AT_ONCE = 32;

/** Asks a confirm and a release of each redemption at once: one wins, and the supplier's books say the same. */
export async function raceActs(
  { place, owner, giveUp }: Ground,
  travellers: readonly Traveller[],
  count: number,
  onProgress: (done: number) => void,
): Promise<ActedOutcome> {
  const spenders = travellers.filter(({ redeems }) => redeems);
  const ids: string[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const traveller = spenders[index % spenders.length];
      if (traveller === undefined) throw new Error('nobody travels');
      const id = await race(traveller, index);
      if (id !== null) ids.push(id);
      onProgress(ids.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  const states = await atRest(owner, ids, giveUp);
  const wrong = [...(await contradictions(place, owner, ids)), ...unended(states, count)];
  return { redemptions: ids.length, confirmed: states['confirmed'] ?? 0, released: states['released'] ?? 0, wrong };
}

async function race({ linkId, platform }: Traveller, index: number): Promise<string | null> {
  const quote = await platform.post('/v1/quotes', { linkId, reward: rewardOf(index), points: 1 }, `rq-${index}`);
  const wait = { prefer: 'wait=10' };
  const asked = await platform.post('/v1/redemptions', { quoteId: quote.body['id'] }, `rr-${index}`, wait);
  if (asked.status !== 200 && asked.status !== 202) return null;
  const id = String(asked.body['id']);
  await Promise.all(
    (['confirm', 'release'] as const).map((what) =>
      platform.post(`/v1/redemptions/${id}/${what}`, {}, `r${what}-${index}`),
    ),
  );
  return id;
}

const ENDED = ['confirmed', 'released', 'expired', 'rejected'];
const REST_WITHIN_MS = 120_000;

async function atRest(owner: pg.Pool, ids: readonly string[], giveUp: AbortSignal): Promise<Record<string, number>> {
  const until = performance.now() + REST_WITHIN_MS;
  for (;;) {
    const found = await owner.query<{ state: string; count: number }>(
      'SELECT state, count(*)::int AS count FROM operation WHERE id = ANY ($1) GROUP BY 1',
      [ids.map((id) => fromTypeId('op', id))],
    );
    const states = Object.fromEntries(found.rows.map(({ state, count }) => [state, count]));
    giveUp.throwIfAborted();
    if (found.rows.every(({ state }) => ENDED.includes(state)) || performance.now() > until) return states;
    await pause(250);
  }
}

function unended(states: Readonly<Record<string, number>>, count: number): string[] {
  const decided = (states['confirmed'] ?? 0) + (states['released'] ?? 0);
  return decided === count ? [] : [`of ${count} redemptions ${decided} were decided: ${JSON.stringify(states)}`];
}

/** A redemption is in the supplier's books once if it was confirmed, and not at all if it was let go. */
async function contradictions(place: Place, owner: pg.Pool, ids: readonly string[]): Promise<string[]> {
  const rows = await owner.query<{ reference: string; state: string }>(
    'SELECT reference, state FROM operation WHERE id = ANY ($1)',
    [ids.map((id) => fromTypeId('op', id))],
  );
  const effects = new Map<string, number>();
  for (const { id } of place.schemes) {
    const { postings } = await control<{ postings: { reference: string }[] }>(place.sandboxUrl, 'GET', `${id}/books`);
    for (const { reference } of postings) effects.set(reference, (effects.get(reference) ?? 0) + 1);
  }
  return rows.rows
    .filter(({ reference, state }) => (effects.get(reference) ?? 0) !== (state === 'confirmed' ? 1 : 0))
    .map(({ reference, state }) => `${reference} is ${state} and ${effects.get(reference) ?? 0} times in their books`);
}
