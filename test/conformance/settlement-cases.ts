import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActivityType } from '../../src/spec/activity.js';
import type { AnyAdapter, TakenIn } from '../../src/spec/adapter.js';
import { SettlementFault, type SettlementLine } from '../../src/spec/settlement.js';
import type { Bench } from './bench.js';
import type { Posting } from './control.js';
import { faultOf } from './outcome.js';
import { type ClosedDay, closedDay } from './settlement-bench.js';

const SEEDS = [1, 2, 3, 4, 5, 6];

/** What of a line and of a row of the books must agree. The supplier's own postings have no reference and any kind. */
interface Facts {
  readonly reference: string | null;
  readonly memberNumber: string;
  readonly points: number;
  readonly kind: string | null;
}

/** A supplier's account of a day: all that it did, nothing else, and nothing at all where it contradicts itself. */
export function settlementCases({ settlement }: AnyAdapter, type: ActivityType, bench: () => Bench): void {
  if (settlement === undefined) return;
  const { coverage } = settlement;

  describe('settlement', () => {
    let closed: ClosedDay;
    let bytes: Uint8Array;
    beforeAll(async () => {
      closed = await closedDay(bench(), type);
      bytes = bytesOf(await settlement.fetch(bench().call().context, closed.day));
    });
    afterEach(() => bench().control.clearFaults());

    const fetch = () => settlement.fetch(bench().call().context, closed.day);
    const parse = (input: Uint8Array, day = closed.day) => Array.from(settlement.parse(input, day, bench().config));
    /** Why nothing is believed of an input; fails when it is believed, or when the reason quotes a member. */
    const reasonOf = (input: Uint8Array, day = closed.day): string => {
      try {
        parse(input, day);
      } catch (error) {
        if (!(error instanceof SettlementFault)) throw error;
        for (const secret of closed.secrets) expect(error.message).not.toContain(secret);
        return error.reason;
      }
      throw new Error('the input was believed');
    };

    it('of a closed day is the books of that day, by reads alone', async () => {
      const { context, exchanges } = bench().call();
      const taken = await settlement.fetch(context, closed.day);
      expect(taken).toMatchObject({ found: 'input', closed: true });
      expect(exchanges.map(({ effect }) => effect)).not.toContain('write');
      const rows = closed.rows.filter(({ reference }) => coverage === 'member' || reference !== null);
      expect(rows.length).toBeGreaterThan(1);
      const lines = parse(bytesOf(taken));
      expect(sorted(lines.map(factsOfLine))).toEqual(sorted(rows.map(factsOfRow)));
    });

    it('names its own postings of ours as the books do, where it names them', () => {
      const named = new Map(closed.rows.map((row) => [row.supplierReference, factsOfRow(row)]));
      for (const line of parse(bytes)) {
        const facts = factsOfLine(line);
        if (facts.reference !== null && line.supplierReference !== undefined) {
          expect(named.get(line.supplierReference)).toEqual(facts);
        }
      }
    });

    it('has every line once in the input, and times that can be compared', () => {
      const lines = parse(bytes);
      expect(lines.every(({ line }, index) => line > (lines[index - 1]?.line ?? 0))).toBe(true);
      for (const { postedAt } of lines) expect(new Date(postedAt).toISOString()).toBe(postedAt);
    });

    it('says when the day was closed, if anything, to the second', async () => {
      const taken = await fetch();
      const at = Date.parse(('closedAt' in taken ? taken.closedAt : undefined) ?? '');
      const [from, until] = closed.closedBetween;
      expect(Number.isNaN(at) || (at >= from - 1_000 && at <= until + 1_000)).toBe(true);
    });

    it('is the same bytes when asked again, and the same lines of the same bytes', async () => {
      expect(Buffer.from(bytesOf(await fetch())).equals(bytes)).toBe(true);
      expect(parse(bytes)).toEqual(parse(bytes));
    });

    it('of an open day is not there yet, or not closed', async () => {
      const taken = await settlement.fetch(bench().call().context, closed.next);
      expect(taken.found === 'not-yet' || !taken.closed).toBe(true);
    });

    it('is not believed when it is cut in the middle', () => {
      const half = Math.ceil(bytes.length / 2);
      // Behind a line feed a listing would be a shorter one.
      expect(reasonOf(bytes.subarray(0, bytes[half - 1] === 0x0a ? half + 1 : half))).not.toBe('');
    });

    it('is not believed when it is of another day', () => {
      expect(reasonOf(bytes, closed.next)).toBe('other-day');
    });

    it.each(['<html><body>Please log in</body></html>', '{"a":', 'a,b,c\n', '\0\0\0\0'])('is not %j', (text) => {
      expect(reasonOf(Buffer.from(text))).not.toBe('');
    });

    it.each(SEEDS)(
      'is not believed when it is of another day or contradicts its own totals (seed %i)',
      async (seed) => {
        await bench().control.faults({ wrongEcho: 1 }, seed);
        await refused();
      },
    );

    it.each(SEEDS)('has no lines in garbage (seed %i)', async (seed) => {
      await bench().control.faults({ garbage: 1 }, seed);
      await refused();
    });

    it.each(['commitThenDrop', 'errorAfterCommit', 'throttle'])('is not there on %s', async (kind) => {
      await bench().control.faults({ [kind]: 1 });
      const fault = await faultOf(fetch(), closed.secrets);
      expect(fault.kind).toBe(kind === 'throttle' ? 'rate-limited' : 'unknown-outcome');
    });

    /** Either the answer is seen through, or what was taken in. */
    async function refused(): Promise<void> {
      const taken = fetch();
      const input = await taken.catch(() => null);
      if (input === null) expect((await faultOf(taken, closed.secrets)).kind).toBe('unknown-outcome');
      else expect(reasonOf(bytesOf(input))).not.toBe('');
    }
  });
}

function bytesOf(taken: TakenIn): Uint8Array {
  if (taken.found !== 'input') throw new Error(`nothing was taken in: ${taken.found}`);
  return taken.bytes;
}

function factsOfLine({ reference, originalReference, memberNumber, points, kind }: SettlementLine): Facts {
  const ours = reference ?? originalReference ?? null;
  return { reference: ours, memberNumber, points, kind: ours === null ? null : kind };
}

function factsOfRow({ reference, memberNumber, points, kind }: Posting): Facts {
  return { reference, memberNumber, points, kind: reference === null ? null : kind };
}

function sorted(facts: readonly Facts[]): readonly Facts[] {
  return facts.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
