import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { idOf } from '../core/reconcile/recon-bench.js';
import { type Books, request } from '../support/gateway.js';
import { ledgerPoints } from '../support/invariants.js';
import { linkSpender, redeemPoints } from '../support/travellers.js';
import { openReconcilePlace, type ReconcilePlace } from './reconcile-place.js';

const SCHEMES = ['northwind-air', 'harbour-hotels', 'china-railway'] as const;
type SchemeId = (typeof SCHEMES)[number];
const REDEEMS: readonly SchemeId[] = ['northwind-air', 'china-railway'];

let place: ReconcilePlace;
beforeAll(async () => {
  place = await openReconcilePlace();
});
afterAll(async () => {
  expect(place.bench.errors).toEqual([]);
  await place.close();
});

/** Operations of a day, by what became of their answers. */
interface DayOf {
  readonly posted: string;
  /** The supplier did it, and its answer was lost. */
  readonly lost: readonly string[];
  /** It never got there. */
  readonly never: string;
}

/** Sends a day's operations and stops the workers before anybody can look at what was lost. */
async function sendAll(scheme: SchemeId): Promise<DayOf> {
  const { bench } = place;
  return place.working(async () => {
    const { linkId } = await linkSpender(bench, bench.demo, scheme);
    const posted = await place.accrue(scheme, linkId, 500);
    await place.inState(posted, 'posted');
    const redemption = REDEEMS.includes(scheme)
      ? await redeemPoints(bench, bench.demo, { scheme, linkId, points: 700 })
      : null;
    if (redemption !== null) await place.inState(redemption, 'held');
    await place.fault(scheme, 'commitThenDrop');
    const accrual = await place.accrue(scheme, linkId, 300);
    const back = { accrualId: posted, points: 120, reason: 'refunded in part', metadata: {} };
    const { operationId: reversal = '' } = await bench.gateway.operations.reverse(bench.demo, back, request(back));
    if (redemption !== null) await bench.gateway.redemptions.confirm(bench.demo, redemption, request(redemption));
    const lost = [accrual, reversal, ...(redemption === null ? [] : [redemption])];
    for (const id of lost) await place.inState(id, 'unknown');
    await place.fault(scheme, 'dropBeforeCommit');
    const never = await place.accrue(scheme, linkId, 80);
    await place.inState(never, 'unknown');
    await place.longAgo(never);
    return { posted, lost, never };
  });
}

describe.each(SCHEMES)('what was lost at %s, with nobody to look it up', (scheme) => {
  let day: DayOf;
  let date: string;
  beforeAll(async () => {
    day = await sendAll(scheme);
    await place.fault(scheme, null);
    date = await place.closeDay(scheme);
  });

  it('is settled by the day’s settlement, each operation by its line', async () => {
    const run = await place.reconcile(scheme, date);
    const matched = day.lost.length + 1;
    expect(run).toMatchObject({
      state: 'completed',
      provisional: false,
      counts: { lines: matched, matched, oursOnly: 0, theirsOnly: 0, duplicated: 0, different: 0, late: 1 },
      openBreaks: 0,
    });
    for (const id of day.lost) {
      const { kind, state, evidence, businessDate } = await place.read(id);
      const done = kind === 'redemption' ? 'confirmed' : 'posted';
      expect({ state, evidence, businessDate }).toEqual({
        state: done,
        evidence: { by: 'settlement' },
        businessDate: date,
      });
    }
    expect((await place.read(day.never)).state).toBe('unknown');
    const books = await place.bench.sandbox.get<Books>(`${scheme}/books`);
    expect(await ledgerPoints(place.bench.ownerUrl, scheme)).toBe(books.totals.points);
    expect(run.points).toEqual({ ours: books.totals.points, theirs: books.totals.points });
    expect(await place.broken()).toEqual([]);
  });

  it('and what never got there is absent when the next day lacks it too, and is sent once more', async () => {
    const next = await place.closeDay(scheme);
    expect(await place.reconcile(scheme, next)).toMatchObject({ state: 'completed', counts: { lines: 0, late: 0 } });
    expect(await place.read(day.never)).toMatchObject({
      state: 'queued',
      evidence: { by: 'settlement', absent: true },
    });
    const again = await place.working(() => place.inState(day.never, 'posted'));
    const { postings, totals } = await place.bench.sandbox.get<Books>(`${scheme}/books`);
    expect(postings.filter(({ reference }) => reference === again.reference)).toHaveLength(1);
    expect(await ledgerPoints(place.bench.ownerUrl, scheme)).toBe(totals.points);
    expect(await place.broken()).toEqual([]);
  });

  it.each(['duplicate-line', 'change-points'] as const)(
    'a %s of whatever kind is found, and nothing else',
    async (kind) => {
      const count = kind === 'duplicate-line' ? 1 : day.lost.length;
      await place.bench.sandbox.post(`${scheme}/mischief`, { kind, count, businessDate: date });
      const run = await place.reconcile(scheme, date);
      const found = kind === 'duplicate-line' ? { duplicated: 1 } : { duplicated: 1, different: day.lost.length };
      expect(run.counts).toMatchObject({ oursOnly: 0, theirsOnly: 0, different: 0, ...found });
      const { gateway, demo } = place.bench;
      const { items } = await gateway.reconciliations.breaks(demo, idOf(run), { state: 'open' }, { limit: 50 }, 'en');
      const reasons = items.map(({ reason }) => reason).sort();
      expect(reasons).toEqual(
        kind === 'duplicate-line' ? ['line-repeated'] : ['line-repeated', ...day.lost.map(() => 'points-differ')],
      );
      for (const id of [day.posted, ...day.lost]) {
        const { kind: ofKind, state } = await place.read(id);
        expect(state).toBe(ofKind === 'redemption' ? 'confirmed' : 'posted');
      }
      expect(await place.broken()).toEqual([]);
    },
  );
});
