import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { toTypeId } from '../../src/spec/typeid.js';
import type { Place } from './place.js';
import { control, createPlatform } from './platform.js';
import { clearFaults } from './supplier-faults.js';

/** Rest is counted from here: 120 s (reliability.md, "The runs"). */
const REST_WITHIN_MS = 120_000;
/** The `conclusiveAfterMs` of every scheme of the soak. */
const EFFECT_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 500;
const FINAL = ['posted', 'confirmed', 'released', 'expired', 'rejected', 'cancelled', 'needs-review'];

/** How long it took until nothing was open, in milliseconds; `null` when something still was after 120 s. */
export interface Rest {
  readonly tookMs: number | null;
  /** What was still open, by scheme and state. */
  readonly open: readonly string[];
}

/**
 * Clears the faults, closes the suppliers' days, settles by their files and waits until every operation has come to rest. Days end
 * while what was lost under faults may still have its effect, when no file may prove its absence, and once more after that.
 */
export async function comeToRest(place: Place, owner: pg.Pool, firstDays: BusinessDates): Promise<Rest> {
  await clearFaults(place);
  await settle(place, firstDays, AbortSignal.timeout(REST_WITHIN_MS));
  await pause(EFFECT_WITHIN_MS);
  const giveUp = AbortSignal.timeout(REST_WITHIN_MS);
  const from = performance.now();
  try {
    await letGo(place, owner, giveUp);
    await settle(place, firstDays, giveUp);
    while (!giveUp.aborted) {
      if ((await openOperations(owner)).length === 0) return { tookMs: performance.now() - from, open: [] };
      await letGo(place, owner, giveUp);
      await pause(LOOK_EVERY_MS);
    }
  } catch (error) {
    if (!giveUp.aborted) throw error;
  }
  return { tookMs: null, open: await openOperations(owner) };
}

/** The open business date of each scheme. */
export type BusinessDates = ReadonlyMap<string, string>;

export async function businessDates(place: Place): Promise<BusinessDates> {
  const played = await control<{ id: string; businessDate: string }[]>(place.sandboxUrl, 'GET', 'schemes');
  return new Map(played.map(({ id, businessDate }) => [id, businessDate]));
}

async function openOperations(owner: pg.Pool): Promise<string[]> {
  const found = await owner.query<{ scheme: string; kind: string; state: string; count: number }>(
    `SELECT scheme, kind, state, count(*)::int AS count FROM operation WHERE state <> ALL ($1) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [FINAL],
  );
  return found.rows.map(({ scheme, kind, state, count }) => `${count} ${kind} ${state} at ${scheme}`);
}

/** Redemptions that nobody decided on are let go, as their platform would at the end of a session. */
async function letGo(place: Place, owner: pg.Pool, giveUp: AbortSignal): Promise<void> {
  const held = await owner.query<{ id: string; tenant: string }>(
    `SELECT o.id, t.name AS tenant FROM operation o JOIN tenant t ON t.id = o.tenant_id WHERE o.state = 'held' AND o.intent IS NULL`,
  );
  for (const { id, tenant } of held.rows) {
    const key = place.tenants.find(({ name }) => name === tenant)?.platformKey ?? '';
    const platform = createPlatform(place.baseUrl, key, giveUp);
    await platform.post(`/v1/redemptions/${toTypeId('op', id)}/release`, {}, `let-go-${id}`);
  }
}

/** Closes two days at every supplier, so that what is missing in both is proven absent, and reconciles all since the beginning. */
async function settle(place: Place, firstDays: BusinessDates, giveUp: AbortSignal): Promise<void> {
  const support = createPlatform(place.baseUrl, place.tenants[0]?.supportKey ?? '', giveUp);
  for (const { id, settlement } of place.schemes) {
    await control(place.sandboxUrl, 'POST', `${id}/close-day`, {});
    await control(place.sandboxUrl, 'POST', `${id}/close-day`, {});
    if (settlement === undefined) continue;
    const last = (await businessDates(place)).get(id) ?? '';
    for (let day = firstDays.get(id) ?? last; day < last; day = dayAfter(day)) {
      const asked = await support.post(
        '/v1/support/reconciliations',
        { scheme: id, businessDate: day },
        `soak-${id}-${day}`,
      );
      if (asked.status !== 202)
        throw new Error(`reconciling ${id} ${day}: ${asked.status} ${JSON.stringify(asked.body)}`);
    }
  }
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
