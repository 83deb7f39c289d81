import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../../src/core/operation/decide.js';
import { plan } from '../../../src/core/operation/plan.js';
import type { Decision, Rules, Snapshot } from '../../../src/core/operation/snapshot.js';
import { isFinal } from '../../../src/spec/operation.js';
import { applied } from './applied.js';
import { anyChance, anyFault, anyLearnt, anyRules, anySnapshot, firstSend } from './arbitrary-situations.js';
import { DAY, HOUR, LEARNT, type LearntName, RECOVERY_NAMES, rules, situation, unknownFor } from './situations.js';

const RUNS = { numRuns: 1_000 };

/** Checks every decision there is, by something learnt or by its time having come. */
function everyDecision(check: (snapshot: Snapshot, decision: Decision, by: Rules) => void): void {
  const property = fc.property(anySnapshot, anyLearnt, anyRules, anyChance, (snapshot, learnt, by, chance) => {
    const decided = decide(snapshot, learnt, by, () => chance);
    if (decided !== null) check(snapshot, decided, by);
    const next = plan(snapshot, by, () => chance);
    if (next.act === 'become') check(snapshot, next.decision, by);
  });
  fc.assert(property, RUNS);
}

describe('whatever is learnt, in whatever situation', () => {
  it('a final state never changes', () => {
    everyDecision((snapshot, decision) => {
      if (isFinal(snapshot.state)) expect(decision.to).toBe(snapshot.state);
    });
    const property = fc.property(anySnapshot, anyLearnt, anyRules, anyChance, (snapshot, learnt, by, chance) => {
      if (isFinal(snapshot.state)) expect(decide(snapshot, learnt, by, () => chance)).toBeNull();
    });
    fc.assert(property, RUNS);
  });

  it('what is not final has a next action, at most a day (and a fifth) from now; what is final has none', () => {
    everyDecision((_snapshot, decision) => {
      if (isFinal(decision.to)) expect(decision.nextActionInMs).toBeNull();
      else expect(decision.nextActionInMs).toEqual(expect.any(Number));
      const inMs = decision.nextActionInMs ?? 0;
      expect(Number.isFinite(inMs) && inMs >= 0 && inMs <= 1.2 * DAY).toBe(true);
    });
  });

  it('a person is always told why, and only a person is', () => {
    everyDecision((snapshot, decision) => {
      const { to, reviewReason } = decision;
      // An operation that stays in review keeps its reason.
      if (to === 'needs-review' && snapshot.state !== 'needs-review') expect(reviewReason).toEqual(expect.any(String));
      if (to === 'needs-review') expect(reviewReason).not.toBeNull();
      else expect(reviewReason ?? null).toBeNull();
    });
  });

  it('a rejection names its reason and the code of the supplier, and nothing else carries one', () => {
    everyDecision((snapshot, { to, rejection }) => {
      if (to === 'rejected' && !isFinal(snapshot.state)) {
        expect(rejection).toMatchObject({ reason: expect.any(String), supplierCode: 'E7' });
      } else expect(rejection).toBeUndefined();
    });
  });

  it('what leaves unknown by evidence is no longer counted as unknown', () => {
    const property = fc.property(anySnapshot, anyLearnt, anyRules, anyChance, (snapshot, learnt, by, chance) => {
      const before: Snapshot = { ...snapshot, state: 'unknown', unknownForMs: 5 };
      const after = applied(
        before,
        decide(before, learnt, by, () => chance),
      );
      expect(after.unknownForMs === null).toBe(after.state !== 'unknown');
    });
    fc.assert(property, RUNS);
  });
});

describe('sending', () => {
  it('is never planned while the outcome is unknown, but for a key within its window', () => {
    const property = fc.property(anySnapshot, anyRules, anyChance, (snapshot, by, chance) => {
      const { act } = plan({ ...snapshot, state: 'unknown' }, by, () => chance);
      expect(act).not.toBe('send');
      if (act !== 'repeat') return;
      expect(by.recovery).toMatchObject({ idempotency: 'key' });
      const { windowMs } = by.recovery as { windowMs: number };
      expect(snapshot.sinceFirstSentMs ?? 0).toBeLessThan(windowMs - HOUR);
    });
    fc.assert(property, RUNS);
  });

  it('is planned only of what is queued, or of a key', () => {
    const property = fc.property(anySnapshot, anyRules, anyChance, (snapshot, by, chance) => {
      const { act } = plan(snapshot, by, () => chance);
      if (act === 'send') expect(snapshot.state).toBe('queued');
      if (act === 'repeat') expect([snapshot.state, by.recovery.idempotency]).toEqual(['unknown', 'key']);
    });
    fc.assert(property, RUNS);
  });

  it('for the first time and not sent, throttled or refused by credentials, never becomes unknown', () => {
    const property = fc.property(firstSend, anyFault, anyRules, anyChance, (snapshot, given, by, chance) => {
      fc.pre(['not-sent', 'rate-limited', 'auth'].includes(given.kind));
      const decision = decide(snapshot, { type: 'fault', fault: given }, by, () => chance);
      // Waiting one's turn is no try.
      const tries = snapshot.notSentTries + (given.kind === 'rate-limited' ? 0 : 1);
      expect(decision).toMatchObject({ to: 'queued', notSentTries: tries });
      expect(applied(snapshot, decision)).toMatchObject({ everSent: false, unknownForMs: null });
    });
    fc.assert(property, RUNS);
  });
});

it('absence is never concluded too early, from one look where two are needed, of what is parked or without a look-up', () => {
  const property = fc.property(anySnapshot, anyRules, anyChance, (snapshot, by, chance) => {
    fc.pre(!isFinal(snapshot.state));
    const decision = decide(snapshot, { type: 'absent' }, by, () => chance);
    const concluded = decision?.to === 'queued' || decision?.reviewReason === 'absent';
    if (!concluded) return;
    const { recovery } = by;
    if (recovery.idempotency === 'none') throw new Error('concluded without a look-up');
    expect(snapshot.sinceLastSentMs).toBeGreaterThanOrEqual(recovery.conclusiveAfterMs);
    if (recovery.idempotency === 'lookup' && recovery.eventual) expect(snapshot.absences).toBeGreaterThanOrEqual(1);
    expect(snapshot.state).not.toBe('needs-review');
    expect(decision.to).toBe(by.resend === 'automatic' ? 'queued' : 'needs-review');
  });
  fc.assert(property, RUNS);
});

describe('being told that it is posted', () => {
  const others: LearntName[] = ['found posted', 'found accepted', 'absent', 'look-up failed', 'look-up throttled'];
  const contradictions: LearntName[] = ['told posted something else', 'found something else', 'reference taken'];
  const started = fc.constantFrom<Snapshot>(
    situation(),
    unknownFor(60_000),
    unknownFor(60_000, { state: 'submitted', unknownForMs: null }),
    unknownFor(60_000, { state: 'needs-review', unknownForMs: null, reviewReason: 'awaiting-file' }),
    situation({ state: 'queued', everSent: true, sinceLastSentMs: 60_000 }),
  );
  const shuffled = fc
    .subarray([...others, ...contradictions, ...others])
    .chain((some) =>
      fc.shuffledSubarray(['told posted' as const, 'told posted' as const, ...some], { minLength: some.length + 2 }),
    );

  it('once or twice, in any order with other evidence, ends posted', () => {
    const property = fc.property(started, shuffled, fc.constantFrom(...RECOVERY_NAMES), (snapshot, order, name) => {
      const end = order.reduce(
        (now, learnt) =>
          applied(
            now,
            decide(now, LEARNT[learnt], rules(name), () => 0.5),
          ),
        snapshot,
      );
      expect(end).toMatchObject({ state: 'posted', reviewReason: null });
    });
    fc.assert(property, RUNS);
  });
});
