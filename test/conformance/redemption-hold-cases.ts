import { describe, expect, it } from '@jest/globals';
import type { HoldFound, RedemptionInput, RedemptionPort } from '../../src/spec/adapter.js';
import type { RewardType } from '../../src/spec/reward.js';
import { points } from '../../src/spec/values.js';
import type { Bench } from './bench.js';
import { contradictions, faultIn, faultOf } from './outcome.js';
import { stepCases } from './redemption-step-cases.js';
import { mintReference } from './samples.js';
import { available, moved, redemptionTrial, type Trial } from './write-bench.js';

type HoldFirst = Extract<RedemptionPort<never>, { flow: 'hold-first' }>;
type Step = 'hold' | 'confirm' | 'release';

/** A hold at the supplier: its steps, how it may end, and what a look-up says of it. */
export function holdCases(port: HoldFirst, type: RewardType, bench: () => Bench): void {
  const { hold } = port;
  const find = hold.idempotency === 'none' ? undefined : hold.find;
  if (find === undefined) throw new Error('a hold that cannot be looked up has no cases yet');

  const take = (step: Step, { input, attempt }: Trial<RedemptionInput>) =>
    port[step].perform(bench().call().context, input, attempt);
  const refused = (step: Step, tried: Trial<RedemptionInput>) => faultOf(take(step, tried), tried.secrets);
  const look = ({ input, attempt }: Trial<RedemptionInput>): Promise<HoldFound> =>
    find(bench().call().context, input, attempt);
  const fresh = () => redemptionTrial(bench(), type);
  const after = async (...steps: Step[]): Promise<Trial<RedemptionInput>> => {
    const tried = await fresh();
    for (const step of steps) await take(step, tried);
    return tried;
  };
  const shown = async (tried: Trial<RedemptionInput>) => [(await look(tried)).found, ...(await moved(bench(), tried))];
  const gone = { kind: 'rejected', reason: 'hold-expired' };

  stepCases({ name: 'hold', write: hold, trial: fresh, shown, before: ['absent'], after: ['held'] }, bench);
  stepCases(
    {
      name: 'confirm',
      write: port.confirm,
      trial: () => after('hold'),
      shown,
      before: ['held'],
      after: ['confirmed', -1_000],
    },
    bench,
  );
  stepCases(
    { name: 'release', write: port.release, trial: () => after('hold'), shown, before: ['held'], after: ['released'] },
    bench,
  );

  describe('a hold', () => {
    it('says until when it stands, in UTC, and keeps the points from being spent otherwise', async () => {
      const tried = await fresh();
      const had = await available(bench(), tried);
      const { holdExpiresAt } = await take('hold', tried);
      expect(holdExpiresAt).toMatch(/Z$/);
      expect(Date.parse(holdExpiresAt ?? '')).toBeGreaterThan(bench().now());
      expect(await available(bench(), tried)).toBe(had - 1_000);
      const other = mintReference(bench().now());
      const more = { ...tried.input, points: points(had - 999) };
      const second = hold.perform(bench().call().context, more, { ...tried.attempt, reference: other });
      expect(await faultOf(second, tried.secrets)).toMatchObject({ reason: 'insufficient-points' });
    });

    it('that was released leaves no effect and cannot be confirmed', async () => {
      const tried = await fresh();
      const had = await available(bench(), tried);
      await take('hold', tried);
      await take('release', tried);
      expect(await available(bench(), tried)).toBe(had);
      expect(await refused('confirm', tried)).toMatchObject(gone);
      expect(await shown(tried)).toEqual(['released']);
    });

    it('that was confirmed is one effect and cannot be released', async () => {
      const tried = await after('hold', 'confirm');
      expect(await refused('release', tried)).toMatchObject(gone);
      expect(await shown(tried)).toEqual(['confirmed', -1_000]);
    });

    it('that has run out can be neither confirmed nor released', async () => {
      const tried = await fresh();
      const had = await available(bench(), tried);
      const { holdExpiresAt } = await take('hold', tried);
      bench().advance(Date.parse(holdExpiresAt ?? '') - bench().now() + 1);
      expect(await refused('confirm', tried)).toMatchObject(gone);
      expect(await refused('release', tried)).toMatchObject(gone);
      expect(await shown(tried)).toEqual(['expired']);
      expect(await available(bench(), tried)).toBe(had);
    });

    it('that the supplier does not have can be neither confirmed nor released', async () => {
      const tried = await fresh();
      expect(await refused('confirm', tried)).toMatchObject(gone);
      expect(await refused('release', tried)).toMatchObject(gone);
      expect(await shown(tried)).toEqual(['absent']);
    });

    it('ends in one way only when both are asked at once', async () => {
      const tried = await after('hold');
      const ends = await Promise.all(
        (['confirm', 'release', 'confirm', 'release'] as const).map((step) =>
          take(step, tried).then(() => step, faultIn),
        ),
      );
      const [winner, second] = [...new Set(ends.filter((end) => typeof end === 'string'))];
      expect(second).toBeUndefined();
      expect(ends.filter((end) => typeof end !== 'string')).toMatchObject([gone, gone]);
      expect(await shown(tried)).toEqual(winner === 'confirm' ? ['confirmed', -1_000] : ['released']);
    });
  });

  describe('a look-up', () => {
    it('tells each state by reads alone, with the receipt of what stands', async () => {
      const tried = await fresh();
      const { context, exchanges } = bench().call();
      const ask = () => find(context, tried.input, tried.attempt);
      expect(await ask()).toEqual({ found: 'absent' });
      const held = await take('hold', tried);
      expect(await ask()).toEqual({ found: 'held', receipt: held });
      const confirmed = await take('confirm', tried);
      expect(await ask()).toEqual({ found: 'confirmed', receipt: confirmed });
      expect(await look(await after('hold', 'release'))).toEqual({ found: 'released' });
      expect(exchanges.map(({ effect }) => effect)).toEqual(['read', 'read', 'read']);
    });

    it.each([[['hold']], [['hold', 'confirm']], [['hold', 'release']]] as [Step[]][])(
      'after %j takes no answer about something else',
      async (steps) => {
        const tried = await after(...steps);
        await bench().control.faults({ wrongEcho: 1 });
        const told = await look(tried)
          .catch(faultIn)
          .finally(() => bench().control.clearFaults());
        if ('receipt' in told) expect(contradictions(told.receipt, tried.asked)).not.toEqual([]);
        else expect(told).toMatchObject({ kind: 'unknown-outcome' });
      },
    );

    it.each([1, 2, 3, 4, 5, 6])('says nothing in garbage (seed %i)', async (seed) => {
      const tried = await after('hold', 'release');
      await bench().control.faults({ garbage: 1 }, seed);
      const fault = faultOf(look(tried), tried.secrets);
      expect((await fault.finally(() => bench().control.clearFaults())).kind).toBe('unknown-outcome');
    });
  });
}
