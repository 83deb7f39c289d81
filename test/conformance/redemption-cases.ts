import { describe, expect, it } from '@jest/globals';
import type { AnyAdapter, RedemptionPort } from '../../src/spec/adapter.js';
import { REWARD_TYPES, type RewardType } from '../../src/spec/reward.js';
import type { Scheme } from '../../src/spec/scheme.js';
import { points } from '../../src/spec/values.js';
import type { Bench } from './bench.js';
import { contradictions, faultOf } from './outcome.js';
import { holdCases } from './redemption-hold-cases.js';
import { stepCases } from './redemption-step-cases.js';
import { available, moved, newcomerTrial, redemptionTrial, refundTrial, stranger, type Trial } from './write-bench.js';

/** Spending points: each step under every misbehaviour, and what the steps mean to each other. */
export function redemptionCases(adapter: AnyAdapter, { sandbox }: Scheme, bench: () => Bench): void {
  const { redemption } = adapter;
  if (redemption === undefined) return;
  const [type] = redemption.rewards;
  if (type === undefined) throw new Error(`${adapter.id} redeems for nothing`);
  describe('redemption', () => {
    spendingCases(redemption, type, bench);
    thresholdCases(redemption, type, sandbox?.behaviour?.['firstRedemptionAt'], bench);
    if (redemption.flow === 'hold-first') {
      holdCases(redemption, type, bench);
    } else {
      const trial = () => redemptionTrial(bench(), type);
      const shown = (tried: Trial<unknown>) => moved(bench(), tried);
      stepCases({ name: 'confirm', write: redemption.confirm, trial, shown, before: [], after: [-1_000] }, bench);
    }
    refundCases(redemption, type, bench);
  });
}

/** What a scheme holds to however it goes about redemptions. */
function spendingCases(port: RedemptionPort<never>, type: RewardType, bench: () => Bench): void {
  const first = port.flow === 'hold-first' ? port.hold : port.confirm;

  it.each(port.rewards)('of a %s is exactly one effect, and that much less to spend', async (reward) => {
    const tried = await redemptionTrial(bench(), reward);
    const { input, attempt, asked } = tried;
    const had = await available(bench(), tried);
    if (port.flow === 'hold-first') await port.hold.perform(bench().call().context, input, attempt);
    const receipt = await port.confirm.perform(bench().call().context, input, attempt);
    expect(contradictions(receipt, asked)).toEqual([]);
    expect(await moved(bench(), tried)).toEqual([-1_000]);
    expect(await available(bench(), tried)).toBe(had - 1_000);
  });

  it('of more points than there are is refused for that, and takes none', async () => {
    const tried = await redemptionTrial(bench(), type);
    const had = await available(bench(), tried);
    const input = { ...tried.input, points: points(had + 1) };
    const fault = await faultOf(first.perform(bench().call().context, input, tried.attempt), tried.secrets);
    expect(fault).toMatchObject({ kind: 'rejected', reason: 'insufficient-points' });
    expect(await available(bench(), tried)).toBe(had);
    expect(await moved(bench(), tried)).toEqual([]);
  });

  it('for a member whom nobody knows is refused', async () => {
    const { input, attempt, secrets, asked } = stranger(await redemptionTrial(bench(), type));
    const fault = await faultOf(first.perform(bench().call().context, input, attempt), secrets);
    expect(fault).toMatchObject({ kind: 'rejected', reason: 'member-not-found' });
    expect((await bench().control.postings()).filter(({ reference }) => reference === asked.reference)).toEqual([]);
  });

  if (port.rewards.includes('rail')) {
    it('for a beneficiary whom the member has not named is refused for that', async () => {
      const { input, attempt, secrets } = await redemptionTrial(bench(), 'rail');
      const reward = { ...input.reward, beneficiary: 'B404' } as typeof input.reward;
      const fault = await faultOf(first.perform(bench().call().context, { ...input, reward }, attempt), secrets);
      expect(fault).toMatchObject({ kind: 'rejected', reason: 'beneficiary-not-effective' });
    });
  }

  const others = REWARD_TYPES.filter((other) => !port.rewards.includes(other));
  if (others.length === 0) return;
  it.each(others)('for the reward %s, which the port does not name, is refused without a call', async (other) => {
    const { input, attempt, secrets } = await redemptionTrial(bench(), other);
    const { context, exchanges } = bench().call();
    expect((await faultOf(first.perform(context, input, attempt), secrets)).kind).toBe('rejected');
    expect(exchanges).toEqual([]);
  });
}

/** A simulated scheme may open redemption only with a balance once reached. */
function thresholdCases(port: RedemptionPort<never>, type: RewardType, opensAt: unknown, bench: () => Bench): void {
  if (typeof opensAt !== 'number') return;
  const first = port.flow === 'hold-first' ? port.hold : port.confirm;

  it('for a member who never had enough for a first one is refused for that', async () => {
    const { input, attempt, secrets } = await newcomerTrial(bench(), type, opensAt);
    const fault = await faultOf(first.perform(bench().call().context, input, attempt), secrets);
    expect(fault).toMatchObject({ kind: 'rejected', reason: 'below-minimum' });
  });
}

/** Giving points back: once each, in parts, and never more than was spent. */
function refundCases({ refund }: RedemptionPort<never>, type: RewardType, bench: () => Bench): void {
  if (refund === undefined) return;
  const trial = () => refundTrial(bench(), type);
  const shown = (tried: Trial<unknown>) => moved(bench(), tried);
  stepCases({ name: 'refund', write: refund, trial, shown, before: [-1_000], after: [-1_000, 400] }, bench);

  describe('refund', () => {
    const give = async (tried: Awaited<ReturnType<typeof trial>>, amount: number) =>
      refund.perform(bench().call().context, { ...tried.input, points: points(amount) }, tried.attempt);

    it('in parts gives back all that was spent, and nothing beyond it', async () => {
      const tried = await trial();
      const had = await available(bench(), tried);
      const receipts = [await give(tried, 400), await give(tried, 350), await give(tried, 250)];
      expect(new Set(receipts.map(({ supplierReference }) => supplierReference)).size).toBe(3);
      expect(['rejected', 'unmapped']).toContain((await faultOf(give(tried, 1), tried.secrets)).kind);
      expect(await moved(bench(), tried)).toEqual([-1_000, 400, 350, 250]);
      expect(await available(bench(), tried)).toBe(had + 1_000);
    });

    it('of more than is left is refused whole', async () => {
      const tried = await trial();
      await give(tried, 600);
      expect(['rejected', 'unmapped']).toContain((await faultOf(give(tried, 401), tried.secrets)).kind);
      expect(await moved(bench(), tried)).toEqual([-1_000, 600]);
    });

    it('of a redemption that the supplier does not know is refused', async () => {
      const { input, attempt, secrets, ...tried } = stranger(await trial());
      const fault = await faultOf(refund.perform(bench().call().context, input, attempt), secrets);
      expect(fault.kind).toBe('rejected');
      expect(await moved(bench(), { input, attempt, secrets, ...tried })).toEqual([-1_000]);
    });
  });
}
