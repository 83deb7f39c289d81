import { describe, expect, it } from '@jest/globals';
import type { AnyAdapter } from '../../src/spec/adapter.js';
import type { ActivityType } from '../../src/spec/activity.js';
import type { Bench } from './bench.js';
import { faultOf } from './outcome.js';
import { accrualTrial, settle } from './write-bench.js';

const DAY_MS = 86_400_000;

/** The member's own statement: our lines under our reference, the supplier's own without one, and no line made of garbage. */
export function statementCases({ member, accrual }: AnyAdapter, type: ActivityType, bench: () => Bench): void {
  const statement = member?.statement;
  if (statement === undefined || accrual === undefined) return;
  const range = () => {
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    return { since: day(bench().now() - 2 * DAY_MS), until: day(bench().now() + 2 * DAY_MS) };
  };

  describe('statement', () => {
    it('has our accrual and what the supplier posted by itself, by reads alone', async () => {
      const tried = await accrualTrial(bench(), type);
      const receipt = await accrual.accrue.perform(bench().call().context, tried.input, tried.attempt);
      await settle(bench(), receipt);
      await bench().control.ownActivity(tried.asked.memberNumber, 77);
      bench().advance(60_000);
      const { context, exchanges } = bench().call();
      const lines = await statement(context, tried.input.member, range());
      const { supplierReference } = receipt;
      expect(lines).toContainEqual(
        expect.objectContaining({ reference: tried.asked.reference, points: tried.asked.points, supplierReference }),
      );
      expect(lines.filter(({ reference }) => reference === tried.asked.reference)).toHaveLength(1);
      expect(lines.map(({ points }) => Number(points)).sort()).toEqual([tried.asked.points, 77].sort());
      expect(exchanges.map(({ effect }) => effect)).not.toContain('write');
    });

    it.each([1, 2, 3])('has no lines in garbage (seed %i)', async (seed) => {
      const tried = await accrualTrial(bench(), type);
      await bench().control.faults({ garbage: 1 }, seed);
      const asked = faultOf(statement(bench().call().context, tried.input.member, range()), tried.secrets);
      expect((await asked.finally(() => bench().control.clearFaults())).kind).toBe('unknown-outcome');
    });
  });
}
