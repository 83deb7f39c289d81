import { setTimeout as pause } from 'node:timers/promises';
import { brokenInvariants, ledgerPoints } from '../../test/support/invariants.js';
import { SCHEMES } from './kinds.js';
import { reconcileToday } from './work-days.js';
import type { World } from './world.js';

/** Both sides' books of a scheme, and where they part. */
export interface SchemeReckoning {
  readonly scheme: string;
  readonly ours: { readonly count: number; readonly points: number };
  readonly theirs: { readonly count: number; readonly points: number };
  /** References that the supplier's books have twice for one kind. */
  readonly twice: readonly string[];
}

/** What the whole run came to. Every list has to be empty. */
export interface Reckoning {
  readonly promised: number;
  readonly schemes: readonly SchemeReckoning[];
  readonly lost: readonly string[];
  readonly unasked: readonly string[];
  readonly open: readonly string[];
  readonly runningKeys: readonly string[];
  readonly breaks: readonly string[];
  readonly brokenInvariants: readonly string[];
}

interface Books {
  readonly postings: readonly { readonly reference: string; readonly kind: string; readonly points: number }[];
  readonly totals: { readonly count: number; readonly points: number };
}

const REST_WITHIN_MS = 120_000;

/** Closes and reconciles every supplier's day and the one after it, which settles what no look-up could, and compares both sides. */
export async function reckon(world: World): Promise<Reckoning> {
  for (const round of ['the day', 'the day after']) {
    await Promise.all(
      SCHEMES.map((scheme) =>
        reconcileToday(world, scheme).catch((error: unknown) => {
          throw new Error(`${round} of ${scheme}: ${String(error)}`);
        }),
      ),
    );
  }
  const open = await openAtLast(world);
  const { promised } = world;
  const known = await texts(world, 'SELECT id::text AS text FROM operation');
  const ids = new Set(known);
  return {
    promised: promised.size,
    schemes: await Promise.all(SCHEMES.map((scheme) => compare(world, scheme))),
    lost: [...promised].filter((id) => !ids.has(id)),
    unasked: known.filter((id) => !promised.has(id)),
    open,
    runningKeys: await texts(world, `SELECT key AS text FROM idempotency_key WHERE state = 'running'`),
    breaks: await texts(
      world,
      `SELECT concat_ws(' ', scheme, kind, reason, reference) AS text FROM break WHERE state IN ('open', 'assigned')`,
    ),
    brokenInvariants: await brokenInvariants(world.place.processes.ownerUrl),
  };
}

/** What goes against the bars, in words; nothing where all of them hold. */
export function wrongIn(reckoning: Reckoning): string[] {
  const { schemes, lost, unasked, open, runningKeys, breaks } = reckoning;
  const lists = {
    lost,
    'made without being asked for': unasked,
    'never at rest': open,
    'keys for ever running': runningKeys,
  };
  return [
    ...Object.entries({ ...lists, 'breaks of the settlement': breaks, 'broken invariants': reckoning.brokenInvariants })
      .filter(([, list]) => list.length > 0)
      .map(([what, list]) => `${list.length} ${what}: ${list.slice(0, 5).join('; ')}`),
    ...schemes
      .filter(({ twice }) => twice.length > 0)
      .map(({ scheme, twice }) => `twice at ${scheme}: ${twice.slice(0, 5).join('; ')}`),
    ...schemes
      .filter(({ ours, theirs }) => ours.count !== theirs.count || ours.points !== theirs.points)
      .map(({ scheme, ours, theirs }) => `books of ${scheme}: ${JSON.stringify({ ours, theirs })}`),
  ];
}

async function compare(world: World, scheme: string): Promise<SchemeReckoning> {
  const { postings, totals } = await world.control<Books>('GET', `${scheme}/books`);
  const effects = postings.map(({ kind, reference }) => `${kind} ${reference}`);
  const found = await world.owner.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM operation WHERE scheme = $1 AND state IN ('posted', 'confirmed')`,
    [scheme],
  );
  const points = await ledgerPoints(world.place.processes.ownerUrl, scheme);
  return {
    scheme,
    ours: { count: found.rows[0]?.count ?? -1, points },
    theirs: { count: totals.count, points: totals.points },
    twice: effects.filter((effect, index) => effects.indexOf(effect) !== index),
  };
}

async function openAtLast(world: World): Promise<string[]> {
  const until = performance.now() + REST_WITHIN_MS;
  for (;;) {
    const open = await texts(
      world,
      `SELECT concat_ws(' ', kind, state, review_reason, reference) AS text FROM operation WHERE next_action_at IS NOT NULL`,
    );
    if (open.length === 0 || performance.now() > until) return open;
    await pause(200);
  }
}

async function texts({ owner }: World, sql: string): Promise<string[]> {
  return (await owner.query<{ text: string }>(sql)).rows.map((row) => row.text);
}
