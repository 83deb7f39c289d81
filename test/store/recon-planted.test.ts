import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reference, stands } from '../core/reconcile/books.js';
import type { Told } from '../core/reconcile/fake-settlement.js';
import { brokenReconciliation } from '../core/reconcile/invariants.js';
import { openReconBench, type ReconBench } from '../core/reconcile/recon-bench.js';

const DAYS = ['2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13'];
const MIDNIGHT = Date.parse('2026-03-10T00:00:00+08:00');
const HOUR = 3_600_000;
const MISCHIEF = ['none', 'drop', 'duplicate', 'change', 'delay'] as const;

/** An operation of the world: posted by the supplier at a moment of one of the first three days. */
const posting = fc.record({
  day: fc.nat({ max: 2 }),
  /** How far into the day, as a share of it. */
  moment: fc.double({ min: 0.02, max: 0.999, noNaN: true }),
  /** Seconds between our send, the posting and our learning of it. */
  before: fc.constantFrom(0.1, 1, 30, 600),
  after: fc.constantFrom(0.1, 1, 30, 3_600),
  kind: fc.constantFrom('accrual', 'redemption', 'reversal', 'refund'),
  points: fc.integer({ min: 1, max: 900 }),
  told: fc.boolean(),
  ofOther: fc.boolean(),
  mischief: fc.constantFrom(...MISCHIEF, 'none', 'none'),
});
const world = fc.record({
  postings: fc.array(posting, { minLength: 5, maxLength: 30 }),
  /** How much earlier or later than midnight each day is closed, in hours; the supplier says so, or does not. */
  closings: fc.array(fc.constantFrom(-3, -0.5, 0, 0.25, 2), { minLength: 3, maxLength: 3 }),
  extra: fc.array(fc.nat({ max: 2 }), { maxLength: 3 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

/** What is to be found when all is over: reference, kind and difference of every open break. */
interface Planted {
  readonly lines: readonly Told[][];
  readonly closedAt: readonly string[];
  readonly breaks: readonly string[];
}

const iso = (ms: number): string => new Date(ms).toISOString();

async function plant(bench: ReconBench, { postings, closings, extra }: World): Promise<Planted> {
  const closes = [
    ...closings.map((hours, day) => MIDNIGHT + (day + 1) * 24 * HOUR + hours * HOUR),
    MIDNIGHT + 96 * HOUR,
  ];
  const lines: Told[][] = DAYS.map(() => []);
  const breaks: string[] = [];
  for (const [index, one] of postings.entries()) {
    const n = index + 1;
    const tenant = one.ofOther ? bench.other : bench.demo;
    const opens = closes[one.day - 1] ?? MIDNIGHT;
    const at = opens + ((closes[one.day] ?? 0) - opens) * one.moment;
    const signed = ['redemption', 'reversal'].includes(one.kind) ? -one.points : one.points;
    await stands(bench, {
      n,
      tenant,
      kind: one.kind,
      points: one.points,
      sentAt: iso(at - one.before * 1_000),
      bookedAt: iso(at + one.after * 1_000),
      ...(one.told ? { businessDate: DAYS[one.day] ?? '' } : {}),
    });
    const memberNumber = one.ofOther ? 'OTHER' : '1';
    const line = { reference: reference(n), kind: one.kind as 'accrual', points: signed, memberNumber };
    const day = lines[one.day] ?? [];
    switch (one.mischief) {
      case 'none':
        day.push(line);
        break;
      case 'drop':
        breaks.push(`${reference(n)} ours-only ${signed}`);
        break;
      case 'duplicate':
        day.push(line, line);
        breaks.push(`${reference(n)} duplicated ${-signed}`);
        break;
      case 'change':
        day.push({ ...line, points: signed + 10 });
        breaks.push(`${reference(n)} different -10`);
        break;
      case 'delay':
        lines[one.day + 1]?.push(line);
        break;
      default:
        one.mischief satisfies never;
    }
  }
  for (const [index, day] of extra.entries()) {
    lines[day]?.push({ reference: reference(1_000 + index), points: 7 });
    breaks.push(`${reference(1_000 + index)} theirs-only -7`);
  }
  return { lines, closedAt: closes.map(iso), breaks: breaks.sort() };
}

async function openBreaks(bench: ReconBench): Promise<string[]> {
  const found = await bench.owner.query<{ told: string }>(
    `SELECT reference || ' ' || kind || ' ' || difference AS told FROM break WHERE state = 'open'`,
  );
  return found.rows.map(({ told }) => told).sort();
}

const everything = (bench: ReconBench) =>
  bench.owner.query(`SELECT to_jsonb(b) FROM break b UNION ALL SELECT to_jsonb(i) FROM recon_item i ORDER BY 1`);

describe('in any four days of any books', () => {
  it('exactly the planted breaks are found, what came late is healed, and the books add up', async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), async (given, order) => {
        const bench = await openReconBench();
        try {
          const { lines, closedAt, breaks } = await plant(bench, given);
          const day = (index: number) => ({ lines: lines[index] ?? [], closedAt: closedAt[index] ?? '' });
          for (const [index, date] of DAYS.entries()) {
            await bench.reconcile(date, day(index));
            expect(await brokenReconciliation(bench.owner)).toEqual([]);
          }
          expect(bench.errors).toEqual([]);
          expect(await openBreaks(bench)).toEqual(breaks);
          // The same bytes again, in any order, change nothing.
          const before = await everything(bench);
          for (const index of order) await bench.reconcile(DAYS[index] ?? '');
          expect((await everything(bench)).rows).toEqual(before.rows);
          // Other bytes are judged anew; with the same lines they come to the same.
          for (const index of order) {
            await bench.reconcile(DAYS[index] ?? '', { ...day(index), lines: [...day(index).lines].reverse() });
            expect(await brokenReconciliation(bench.owner)).toEqual([]);
          }
          expect(await openBreaks(bench)).toEqual(breaks);
        } finally {
          await bench.close();
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 180_000);
});
