import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/operation/decide.js';
import type { Decision, RedemptionSnapshot, Rules } from '../../../src/core/operation/snapshot.js';
import { isFinal } from '../../../src/spec/operation.js';
import {
  ENDS_LATER,
  inWords,
  LEARNT_OF_REDEMPTION,
  LEARNT_OF_REDEMPTION_NAMES,
  type LearntOfRedemption,
  OVER,
  redemption,
  requested,
  SOFT,
  STEPS,
  underWayOf,
  unknownStep,
} from './redemption-situations.js';
import { CONCLUSIVE, DAY, FAST, middle, RECOVERY_NAMES, type RecoveryName, rules } from './situations.js';

const BY = rules('key with a look-up');

function decided(snapshot: RedemptionSnapshot, learnt: LearntOfRedemption, by: Rules = BY): Decision | null {
  return decide(snapshot, LEARNT_OF_REDEMPTION[learnt], by, middle);
}
function outcome(snapshot: RedemptionSnapshot, learnt: LearntOfRedemption, by: Rules = BY): string {
  return inWords(decided(snapshot, learnt, by));
}

describe('the answer of a first send', () => {
  it.each<[LearntOfRedemption, string, string, string]>([
    // learnt, of a hold, of a confirm, of a release
    ['receipt of a hold', 'held', 'confirmed', 'released'],
    ['receipt', 'unknown', 'confirmed', 'released'],
    ['receipt of something accepted', 'unknown', 'unknown', 'unknown'],
    ['receipt of something else', 'unknown', 'unknown', 'unknown'],
    ['not sent', 'requested', 'held', 'held'],
    ['throttled', 'requested', 'held', 'held'],
    ['refused credentials', 'requested', 'held', 'held'],
    ['bug before the send', 'requested', 'held', 'held'],
    ['bug after the send', 'unknown', 'unknown', 'unknown'],
    ['lost answer', 'unknown', 'unknown', 'unknown'],
    ['too few points', 'rejected', 'rejected', 'needs-review: unmapped-refusal'],
    ['hold ended', 'rejected', 'rejected', 'unknown'],
    ['unmapped refusal', ...three('needs-review: unmapped-refusal')],
    ['reference taken', ...three('needs-review: supplier-reference-taken')],
  ])('%s: a hold is %s, a confirm %s, a release %s', (learnt, ...expected) => {
    expect(STEPS.map((step) => outcome(underWayOf(step), learnt))).toEqual(expected);
    for (const name of RECOVERY_NAMES) {
      if (learnt === 'hold ended' || learnt === 'lost answer') continue;
      expect(STEPS.map((step) => outcome(underWayOf(step), learnt, rules(name)))).toEqual(expected);
    }
  });

  it('that was not sent is tried again by the schedule, with the wish kept', () => {
    for (const [learnt, tries] of [
      ['not sent', 2],
      ['refused credentials', 2],
      ['bug before the send', 2],
      // Waiting one's turn is no try.
      ['throttled', 1],
    ] as const) {
      const decision = decided(underWayOf('confirm', { notSentTries: 1 }), learnt);
      expect(decision).toMatchObject({ to: 'held', notSentTries: tries });
      expect(decision).not.toHaveProperty('intent');
      expect(decision).not.toHaveProperty('wakeAt');
    }
    expect(decided(underWayOf('confirm'), 'throttled')?.nextActionInMs).toBe(3_000);
  });

  it('that is our own fault three times is set aside', () => {
    for (const step of STEPS) {
      expect(outcome(underWayOf(step, { notSentTries: 2 }), 'bug before the send')).toBe('needs-review: quarantined');
    }
  });

  it('keeps what it brings', () => {
    expect(decided(underWayOf('hold'), 'receipt of a hold')).toEqual({
      to: 'held',
      nextActionInMs: 0,
      wakeAt: ENDS_LATER,
      unknownSince: null,
      reviewReason: null,
      everSent: true,
      hold: { kind: 'native', expiresAt: ENDS_LATER },
      evidence: { by: 'receipt' },
      supplierReference: 'S1',
    });
    expect(decided(underWayOf('confirm'), 'receipt')).toMatchObject({
      to: 'confirmed',
      nextActionInMs: null,
      intent: null,
      supplierReference: 'S1',
      evidence: { by: 'receipt' },
    });
    expect(decided(underWayOf('release'), 'receipt')).toMatchObject({ to: 'released', intent: null });
    expect(decided(underWayOf('confirm'), 'too few points')).toMatchObject({
      rejection: { reason: 'insufficient-points', supplierCode: 'INSUFFICIENT_POINTS' },
    });
  });
});

describe('the answer of a repeat', () => {
  const repeated = (step: (typeof STEPS)[number]) => underWayOf(step, { unknownForMs: 1_000, attempts: 2 });

  it('says nothing about the send before it unless the supplier had both', () => {
    for (const step of STEPS) {
      for (const learnt of ['not sent', 'throttled', 'refused credentials', 'bug before the send'] as const) {
        expect(outcome(repeated(step), learnt)).toBe('unknown');
      }
    }
    expect(STEPS.map((step) => outcome(repeated(step), 'receipt of a hold'))).toEqual([
      'held',
      'confirmed',
      'released',
    ]);
    expect(decided(repeated('confirm'), 'receipt')).toMatchObject({ evidence: { by: 'repeat' }, unknownSince: null });
  });

  it('that refuses what is done already is evidence, not a refusal', () => {
    for (const snapshot of [repeated('confirm'), repeated('hold'), underWayOf('confirm')])
      expect(outcome(snapshot, 'already credited')).toBe('needs-review: evidence-mismatch');
  });
});

describe('a release that the supplier refuses because the hold has ended', () => {
  it('is settled by asking how it ended', () => {
    const decision = decided(underWayOf('release'), 'hold ended');
    expect(decision).toMatchObject({ to: 'unknown', nextActionInMs: 0, unknownSince: 'now', everSent: true });
    const repeated = decided(underWayOf('release', { unknownForMs: 9_000 }), 'hold ended');
    expect(repeated).toMatchObject({ to: 'unknown', nextActionInMs: 0 });
    expect(repeated).not.toHaveProperty('unknownSince');
  });

  it('is for a person where the supplier cannot be asked: the same key would be refused for ever', () => {
    expect(outcome(underWayOf('release'), 'hold ended', rules('key'))).toBe('needs-review: unmapped-refusal');
  });
});

describe('a look-up at an open outcome', () => {
  it.each<[LearntOfRedemption, string, string, string]>([
    ['found held', 'held', 'unknown', 'held'],
    ['found confirmed', 'needs-review: evidence-mismatch', 'confirmed', 'needs-review: evidence-mismatch'],
    ['found released', ...three('released')],
    ['found expired', ...three('expired')],
    ['absent', ...three('unknown')],
    ['look-up failed', ...three('unknown')],
    ['look-up throttled', ...three('unknown')],
    ['found confirmed, but of something else', ...three('unknown')],
    ['found held by an answer without an end', ...three('unknown')],
  ])('%s: a hold is %s, a confirm %s, a release %s', (learnt, ...expected) => {
    expect(STEPS.map((step) => outcome(unknownStep(step, 1_000), learnt))).toEqual(expected);
  });

  it.each<[LearntOfRedemption, string, string, string]>([
    ['found held', 'held', 'held', 'held'],
    ['absent', 'requested', 'expired', 'expired'],
  ])('once it is conclusive: %s: a hold is %s, a confirm %s, a release %s', (learnt, ...expected) => {
    for (const name of ['key with a look-up', 'lookup'] as const) {
      const by = rules(name);
      expect(STEPS.map((step) => outcome(unknownStep(step, CONCLUSIVE), learnt, by))).toEqual(expected);
      const confirm = outcome(unknownStep('confirm', CONCLUSIVE - 1), learnt, by);
      expect(confirm).toBe('unknown');
    }
  });

  it('is asked twice before a lagging supplier’s word counts against a confirm', () => {
    const by = rules('eventual lookup');
    for (const learnt of ['found held', 'absent', 'found expired'] as const) {
      expect(outcome(unknownStep('confirm', CONCLUSIVE - 1, { absences: 5 }), learnt, by)).toBe('unknown');
      const first = decided(unknownStep('confirm', CONCLUSIVE), learnt, by);
      expect(first).toMatchObject({ to: 'unknown', absences: 1, nextActionInMs: FAST.eventualGapMs });
      expect(outcome(unknownStep('confirm', CONCLUSIVE, { absences: 1 }), learnt, by)).not.toBe('unknown');
    }
  });

  it('that lags is believed at once about anything but a confirm, and about what was parked', () => {
    const by = rules('eventual lookup');
    expect([
      outcome(unknownStep('hold', 5), 'found expired', by),
      outcome(unknownStep('release', 5), 'found expired', by),
    ]).toEqual(['expired', 'expired']);
    const parked = unknownStep('confirm', DAY, {
      state: 'needs-review',
      unknownForMs: null,
      reviewReason: 'quarantined',
    });
    expect(outcome(parked, 'found expired', by)).toBe('expired');
  });

  it('that finds nothing leaves a hold of ours as it is', () => {
    const soft = unknownStep('confirm', CONCLUSIVE, { hold: SOFT });
    const decision = decided(soft, 'absent', rules('lookup'));
    expect(decision).toMatchObject({ to: 'held', nextActionInMs: 0, unknownSince: null, absences: 0 });
    expect(decision).not.toHaveProperty('intent');
  });

  it('of a one-step debit proves it or not', () => {
    const soft = unknownStep('confirm', 1_000, { hold: SOFT });
    expect(outcome(soft, 'found posted', rules('lookup'))).toBe('confirmed');
    expect(outcome(soft, 'found accepted', rules('lookup'))).toBe('unknown');
    expect(outcome(soft, 'found something else', rules('lookup'))).toBe('unknown');
    expect(outcome({ ...soft, lookups: 4 }, 'found something else', rules('lookup'))).toBe(
      'needs-review: evidence-mismatch',
    );
    expect(outcome(soft, 'found refused', rules('lookup'))).toBe('rejected');
  });

  it('that finds a hold still standing tries the release again unhurriedly, however often', () => {
    for (const notSentTries of [0, 5, 20]) {
      const decision = decided(unknownStep('release', 1_000, { notSentTries }), 'found held');
      expect(decision).toMatchObject({ to: 'held', notSentTries: notSentTries + 1 });
      expect(decision?.nextActionInMs).toBeGreaterThan(0);
    }
  });
});

describe('a look-up at a hold whose time has come', () => {
  const over = redemption({ holdLeftMs: 0 });

  it.each<[LearntOfRedemption, string]>([
    ['found expired', 'expired'],
    ['found released', 'released'],
    ['absent', 'expired'],
    ['found held', 'held'],
    ['found confirmed', 'needs-review: evidence-mismatch'],
    ['look-up failed', 'held'],
    ['look-up throttled', 'held'],
    ['found held by an answer without an end', 'held'],
  ])('%s gives %s', (learnt, to) => {
    expect(outcome(over, learnt)).toBe(to);
    expect(outcome({ ...over, intent: 'confirm' }, learnt)).toBe(to);
  });

  it('follows a supplier that holds longer, and is not in a hurry', () => {
    const decision = decided(over, 'found held');
    expect(decision).toMatchObject({ wakeAt: ENDS_LATER, hold: { kind: 'native', expiresAt: ENDS_LATER } });
    for (const learnt of ['found held', 'look-up failed', 'look-up throttled'] as const)
      expect(decided(over, learnt)?.nextActionInMs).toBe(3_000);
  });

  it('believes a confirm of ours that came through after all', () => {
    expect(outcome({ ...over, step: 'confirm' }, 'found confirmed')).toBe('confirmed');
  });
});

describe('what the supplier tells of points that are only set aside in our own books', () => {
  const soft = redemption({ hold: SOFT, step: null, everSent: false, sinceFirstSentMs: null, sinceLastSentMs: null });

  it('is nothing while no debit was begun: no look-up ends what it cannot know', () => {
    for (const by of [rules('lookup'), rules('eventual lookup'), rules('key with a look-up')]) {
      for (const sinceLastSentMs of [null, CONCLUSIVE]) {
        expect(outcome({ ...soft, sinceLastSentMs }, 'absent', by)).toBe('held');
      }
      expect(outcome(soft, 'found posted', by)).toBe('needs-review: evidence-mismatch');
    }
  });

  it('counts once a debit was', () => {
    expect(outcome({ ...soft, step: 'confirm' }, 'found posted', rules('lookup'))).toBe('confirmed');
  });
});

describe('the settlement', () => {
  const opened = (['confirming', 'unknown', 'held', 'needs-review'] as const).map((state) =>
    underWayOf('confirm', { state, everSent: true }),
  );

  it('that has the redemption proves a confirm, in whatever state it is', () => {
    for (const snapshot of opened) {
      expect(decided(snapshot, 'told spent by the settlement')).toMatchObject({
        to: 'confirmed',
        intent: null,
        supplierReference: 'S1',
        businessDate: '2026-03-02',
        evidence: { by: 'settlement' },
      });
      expect(outcome(snapshot, 'told posted something else')).toBe('needs-review: evidence-mismatch');
    }
  });

  it('that has what was never confirmed is for a person', () => {
    const never = [requested(), redemption(), underWayOf('hold'), underWayOf('release'), unknownStep('release', 5)];
    for (const snapshot of never)
      expect(outcome(snapshot, 'told spent by the settlement')).toBe('needs-review: evidence-mismatch');
  });

  it('that does not have it proves that nothing was spent, and the hold may be used as long as it lasts', () => {
    expect(opened.map((one) => outcome(one, 'told unspent by the settlement'))).toEqual([
      'nothing',
      'held',
      'nothing',
      'held',
    ]);
    for (const step of ['hold', 'release'] as const)
      expect(outcome(unknownStep(step, DAY), 'told unspent by the settlement')).toBe('nothing');
    expect(outcome(unknownStep('confirm', DAY, { everSent: false }), 'told unspent by the settlement')).toBe('nothing');
  });

  it('leaves what follows to a person where the scheme says so', () => {
    const by = rules('key with a look-up', 'by-person');
    expect(outcome(unknownStep('confirm', DAY), 'told unspent by the settlement', by)).toBe('needs-review: absent');
    expect(outcome(unknownStep('confirm', DAY), 'told unspent by the settlement', rules('none'))).toBe(
      'needs-review: absent',
    );
  });

  it('or a notification may refuse a confirm, and nothing else', () => {
    expect(outcome(underWayOf('confirm'), 'told refused')).toBe('rejected');
    for (const step of ['hold', 'release'] as const) expect(outcome(underWayOf(step), 'told refused')).toBe('nothing');
  });
});

it.each(OVER)('%s never changes, whatever is learnt', (state) => {
  const ended = LEARNT_OF_REDEMPTION_NAMES.map((learnt) => decided(redemption({ state }), learnt));
  expect(new Set(ended)).toEqual(new Set([null]));
});

describe('every decision', () => {
  const everySituation = [requested(), redemption(), redemption({ holdLeftMs: 0 })].concat(
    STEPS.flatMap((step) => [underWayOf(step), unknownStep(step, 1_000), unknownStep(step, CONCLUSIVE)]),
    redemption({ state: 'needs-review', reviewReason: 'quarantined' }),
  );
  const every = everySituation.flatMap((snapshot) =>
    RECOVERY_NAMES.flatMap((name) =>
      LEARNT_OF_REDEMPTION_NAMES.map((learnt) => ({ snapshot, name, learnt, ...described(snapshot, learnt, name) })),
    ),
  );
  function described(snapshot: RedemptionSnapshot, learnt: LearntOfRedemption, name: RecoveryName) {
    return { decision: decided(snapshot, learnt, rules(name)) };
  }

  it('about what is not final has a next action, and about what is final none and no wish left', () => {
    for (const { decision } of every) {
      if (decision === null) continue;
      expect(decision.nextActionInMs === null).toBe(isFinal(decision.to));
    }
  });

  it('that leaves an unknown outcome by evidence ends its being unknown', () => {
    for (const { snapshot, decision } of every) {
      if (snapshot.state === 'unknown' && decision !== null && decision.to !== 'unknown')
        expect(decision.unknownSince).toBeNull();
    }
  });

  it('that needs a person says why, and only that does', () => {
    for (const { snapshot, decision } of every) {
      if (decision === null) continue;
      if (decision.to !== 'needs-review') expect(decision.reviewReason ?? null).toBeNull();
      else if (snapshot.state !== 'needs-review') expect(decision.reviewReason).toEqual(expect.any(String));
    }
  });
});

function three(word: string): [string, string, string] {
  return [word, word, word];
}
