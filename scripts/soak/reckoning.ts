import type pg from 'pg';
import { fromTypeId } from '../../src/spec/typeid.js';
import { brokenInvariants, ledgerPoints } from '../../test/support/invariants.js';
import type { Asked } from './load.js';
import type { Place } from './place.js';
import { control } from './platform.js';

/** What a soak has to come to: nothing in any of these. */
export interface Reckoning {
  /** Operations that were answered with 202 and do not exist. */
  readonly lost: readonly string[];
  /** References with more than one effect of a kind in the suppliers' books. */
  readonly twice: readonly string[];
  /** Operations that exist beyond those that were answered: one request made two. */
  readonly surplus: number;
  /** References whose effect and whose state contradict each other. */
  readonly contradictions: readonly string[];
  /** Each scheme's points in both books, signed from the member. */
  readonly books: readonly { readonly scheme: string; readonly ours: number; readonly theirs: number }[];
  /** Parked operations by reason, with whether the supplier has them. */
  readonly parked: readonly string[];
  readonly states: Readonly<Record<string, number>>;
  readonly brokenInvariants: readonly string[];
}

interface Posting {
  readonly reference: string | null;
  readonly kind: string;
  readonly points: number;
}

/** Compares what platforms were told, what we wrote and what the suppliers did. */
export async function reckon(place: Place, owner: pg.Pool, asked: Asked): Promise<Reckoning> {
  const wanted = [...asked.accepted.keys()].map((id) => fromTypeId('op', id) ?? id);
  const missing = await owner.query<{ id: string }>(
    'SELECT id FROM unnest($1::uuid[]) AS wanted (id) WHERE NOT EXISTS (SELECT FROM operation o WHERE o.id = wanted.id)',
    [wanted],
  );
  const total = await owner.query<{ count: number }>('SELECT count(*)::int AS count FROM operation');
  const states = await owner.query<{ state: string; count: number }>(
    'SELECT state, count(*)::int AS count FROM operation GROUP BY 1 ORDER BY 1',
  );
  const perScheme = await Promise.all(place.schemes.map(({ id }) => compareScheme(place, owner, id)));
  return {
    lost: missing.rows.map(({ id }) => id),
    twice: await Promise.all(perScheme.flatMap(({ twice }) => twice).map((one) => withHistory(owner, one))),
    surplus: (total.rows[0]?.count ?? Number.NaN) - wanted.length + missing.rows.length,
    contradictions: perScheme.flatMap(({ contradictions }) => contradictions),
    books: perScheme.map(({ books }) => books),
    parked: perScheme.flatMap(({ parked }) => parked),
    states: Object.fromEntries(states.rows.map(({ state, count }) => [state, count])),
    brokenInvariants: await brokenInvariants(place.ownerUrl),
  };
}

/** What was done about an operation, for whoever has to find out how its effect came about twice. */
async function withHistory(owner: pg.Pool, said: string): Promise<string> {
  const reference = /\d{20}/.exec(said)?.[0] ?? '';
  const found = await owner.query<{ told: string }>(
    `SELECT to_char(at, 'HH24:MI:SS.MS') || ' ' || what AS told FROM (
       SELECT a.started_at AS at, a.action || ' begins' AS what FROM attempt a JOIN operation o ON o.id = a.operation_id
         WHERE o.reference = $1
       UNION ALL SELECT a.finished_at, concat_ws(' ', a.action, 'ends:', a.outcome, a.status, a.detail, a.exchanges::text)
         FROM attempt a JOIN operation o ON o.id = a.operation_id WHERE o.reference = $1 AND a.finished_at IS NOT NULL
       UNION ALL SELECT e.at, concat_ws(' ', 'becomes', e.to_state, e.detail ->> 'evidence') FROM event e JOIN operation o ON o.id = e.subject_id
         WHERE o.reference = $1
     ) AS steps ORDER BY at`,
    [reference],
  );
  return [said, ...found.rows.map(({ told }) => `    ${told}`)].join('\n');
}

interface Ours {
  readonly reference: string;
  readonly state: string;
  readonly review_reason: string | null;
}

async function compareScheme(place: Place, owner: pg.Pool, scheme: string) {
  const { postings, totals } = await control<{ postings: Posting[]; totals: { points: number } }>(
    place.sandboxUrl,
    'GET',
    `${scheme}/books`,
  );
  const effects = new Map<string, number>();
  for (const { reference, kind } of postings) {
    const name = `${reference ?? 'none'} ${kind}`;
    effects.set(name, (effects.get(name) ?? 0) + 1);
  }
  const posted = new Set(postings.map(({ reference }) => reference));
  const rows = await owner.query<Ours>('SELECT reference, state, review_reason FROM operation WHERE scheme = $1', [
    scheme,
  ]);
  const known = new Set(rows.rows.map(({ reference }) => reference));
  const contradicts = ({ reference, state }: Ours): boolean =>
    state !== 'needs-review' && (state === 'posted' || state === 'confirmed') !== posted.has(reference);
  return {
    twice: [...effects].filter(([, count]) => count > 1).map(([name, count]) => `${scheme} ${name}: ${count} times`),
    contradictions: [
      ...rows.rows
        .filter(contradicts)
        .map(({ reference, state }) => `${scheme} ${reference} is ${state}, the supplier says otherwise`),
      ...[...posted]
        .filter((reference) => reference === null || !known.has(reference))
        .map((reference) => `${scheme} ${reference ?? 'a posting of nobody'} is in their books alone`),
    ],
    parked: parkedOf(scheme, rows.rows, posted),
    books: { scheme, ours: await ledgerPoints(place.ownerUrl, scheme), theirs: totals.points },
  };
}

function parkedOf(scheme: string, rows: readonly Ours[], posted: ReadonlySet<string | null>): string[] {
  const counts = new Map<string, number>();
  for (const { reference, review_reason: reason } of rows) {
    if (reason === null) continue;
    const name = `${scheme}: ${reason}, ${posted.has(reference) ? 'in their books' : 'not in their books'}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} at ${name}`);
}
