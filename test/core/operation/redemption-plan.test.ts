import { describe, expect, it } from '@jest/globals';
import { plan } from '../../../src/core/operation/plan.js';
import type { RedemptionSnapshot, Rules } from '../../../src/core/operation/snapshot.js';
import type { Intent } from '../../../src/core/operation/snapshot.js';
import type { RedemptionStep } from '../../../src/spec/operation.js';
import {
  ENDS_AT,
  ENOUGH_MS,
  NATIVE,
  OVER,
  redemption,
  requested,
  SOFT,
  STEPS,
  underWayOf,
  unknownStep,
  withWindow,
} from './redemption-situations.js';
import { DAY, HOUR, middle, RECOVERY_NAMES, type RecoveryName, rules } from './situations.js';

/** A plan in a word: the act with the state that it begins, or the state that it becomes without any supplier. */
function planned(snapshot: RedemptionSnapshot, by: Rules = rules('key with a look-up')): string {
  const next = plan(snapshot, by, middle);
  if (next.act !== 'become') return next.decision === undefined ? next.act : `${next.act}: ${next.decision.to}`;
  const { to, reviewReason } = next.decision;
  return reviewReason == null ? to : `${to}: ${reviewReason}`;
}
const decisionOf = (snapshot: RedemptionSnapshot) => plan(snapshot, rules('key with a look-up'), middle).decision;

const ENDED = { holdLeftMs: 0 };
const MADE_LATER = { holdLeftMs: ENOUGH_MS - 1 };
const asideFromConfirm = { to: 'held', nextActionInMs: 0, intent: null, wakeAt: ENDS_AT };

describe('a redemption that was just accepted', () => {
  it('is held by a call where the supplier has holds, until its deadline', () => {
    expect(decisionOf(requested())).toEqual({ to: 'holding', step: 'hold' });
    expect(planned(requested({ untilDeadlineMs: 1 }))).toBe('send: holding');
    expect(decisionOf(requested({ untilDeadlineMs: 0 }))).toEqual({
      to: 'released',
      nextActionInMs: null,
      evidence: { by: 'deadline' },
    });
  });

  it('is held at once where the hold is ours, and wakes when that ends', () => {
    const soft = requested({ hold: SOFT, holdLeftMs: 1 });
    expect(decisionOf(soft)).toEqual({ to: 'held', nextActionInMs: 0, wakeAt: ENDS_AT });
    // Nobody looked in time, say after an outage.
    expect(planned({ ...soft, untilDeadlineMs: -DAY })).toBe('held');
    expect(decisionOf({ ...soft, ...ENDED })).toMatchObject({ to: 'expired', evidence: { by: 'clock' } });
  });

  it.each([null, SOFT])('and is not wanted any more is released without a call (hold %j)', (hold) => {
    const unwanted = requested({ intent: 'release', hold, holdLeftMs: hold === null ? null : 1 });
    expect(decisionOf(unwanted)).toEqual({ to: 'released', nextActionInMs: null, evidence: { by: 'platform' } });
    expect(planned({ ...unwanted, untilDeadlineMs: -1 })).toBe('released');
  });
});

describe('a held redemption', () => {
  it('of which nothing was asked waits for the end of its hold', () => {
    expect(decisionOf(redemption({ untilDeadlineMs: -DAY }))).toEqual(asideFromConfirm);
    expect(decisionOf(redemption({ hold: SOFT, step: null }))).toEqual(asideFromConfirm);
  });

  it.each<[Intent | null]>([[null], ['confirm'], ['release']])('whose hold has ended, wish %s', (intent) => {
    const over = redemption({ ...ENDED, intent });
    expect(planned(over)).toBe('look-up');
    expect(planned(over, rules('lookup'))).toBe('look-up');
    expect(planned(over, rules('key'))).toBe('expired');
    expect(planned(over, rules('none'))).toBe('expired');
    expect(planned({ ...over, hold: SOFT })).toBe('expired');
    expect(planned({ ...over, holdLeftMs: -DAY })).toBe('look-up');
  });

  it('that is to be released needs a call only where the hold is not ours', () => {
    expect(decisionOf(redemption({ intent: 'release' }))).toEqual({ to: 'releasing', step: 'release' });
    expect(decisionOf(redemption({ intent: 'release', hold: SOFT }))).toMatchObject({
      to: 'released',
      evidence: { by: 'platform' },
    });
    // However little is left of the hold, and whatever the deadline says: letting go is always wanted.
    expect(planned(redemption({ intent: 'release', holdLeftMs: 1, untilDeadlineMs: -DAY }))).toBe('send: releasing');
  });

  it.each([NATIVE, SOFT])('whose confirm was not sent is confirmed again (%j)', (hold) => {
    const wanted = redemption({ intent: 'confirm', step: 'confirm', hold });
    expect(decisionOf(wanted)).toEqual({ to: 'confirming', step: 'confirm' });
    expect(decisionOf({ ...wanted, untilDeadlineMs: 0 })).toEqual(asideFromConfirm);
    expect(decisionOf({ ...wanted, ...MADE_LATER })).toEqual(asideFromConfirm);
  });
});

describe('a confirm', () => {
  it('is begun only with the timeout and the margin left of the hold, and before its deadline', () => {
    const pivoted = underWayOf('confirm', { sinceFirstSentMs: null, sinceLastSentMs: null });
    expect(decisionOf({ ...pivoted, holdLeftMs: ENOUGH_MS })).toEqual({ to: 'confirming', step: 'confirm' });
    expect(decisionOf({ ...pivoted, ...MADE_LATER })).toEqual(asideFromConfirm);
    expect(decisionOf({ ...pivoted, untilDeadlineMs: 0 })).toEqual(asideFromConfirm);
    expect(decisionOf({ ...pivoted, ...ENDED, hold: SOFT })).toEqual(asideFromConfirm);
  });
});

it.each(STEPS)('a %s whose lease has lapsed has an unknown outcome, whatever the clocks say', (step) => {
  for (const more of [{}, ENDED, MADE_LATER, { untilDeadlineMs: -DAY }, { intent: 'release' as const }]) {
    const lapsed = underWayOf(step, { leaseLapsed: true, ...more });
    for (const name of RECOVERY_NAMES) {
      expect(plan(lapsed, rules(name), middle)).toEqual({
        act: 'become',
        decision: { to: 'unknown', nextActionInMs: 0, unknownSince: 'now', everSent: true },
      });
    }
  }
});

it('a release that was not claimed yet is begun, also when its hold has ended', () => {
  expect(decisionOf(underWayOf('release'))).toEqual({ to: 'releasing', step: 'release' });
  expect(planned(underWayOf('release', ENDED))).toBe('send: releasing');
});

describe('an unknown outcome', () => {
  it('of a confirm past its deadline is looked at where it can be, for a repeat might be what spends', () => {
    const late = { intent: 'confirm', untilDeadlineMs: 0 } as const;
    expect(planned(unknownStep('confirm', 61_000, late))).toBe('look-up');
    expect(planned(unknownStep('confirm', 61_000, late), rules('key'))).toBe('repeat: confirming');
    expect(planned(unknownStep('hold', 61_000, { untilDeadlineMs: 0 }))).toBe('repeat: holding');
  });

  it.each<[RecoveryName, RedemptionStep, Intent | null, string]>([
    ['key with a look-up', 'hold', null, 'repeat: holding'],
    ['key with a look-up', 'hold', 'release', 'repeat: holding'],
    ['key with a look-up', 'confirm', 'confirm', 'repeat: confirming'],
    ['key with a look-up', 'confirm', 'release', 'look-up'],
    ['key with a look-up', 'release', 'release', 'look-up'],
    ['key', 'hold', null, 'repeat: holding'],
    ['key', 'confirm', 'confirm', 'repeat: confirming'],
    ['key', 'release', 'release', 'repeat: releasing'],
    ['lookup', 'hold', null, 'look-up'],
    ['lookup', 'confirm', 'confirm', 'look-up'],
    ['lookup', 'confirm', 'release', 'look-up'],
    ['lookup', 'release', 'release', 'look-up'],
    ['none', 'hold', null, 'needs-review: awaiting-file'],
    ['none', 'confirm', 'confirm', 'needs-review: awaiting-file'],
    ['none', 'release', 'release', 'needs-review: awaiting-file'],
  ])('by %s of a %s, wish %s: %s', (name, step, intent, expected) => {
    expect(planned(unknownStep(step, 1_000, { intent }), rules(name))).toBe(expected);
    // A hold that has ended meanwhile tells nothing about what was sent before.
    expect(planned(unknownStep(step, 1_000, { intent, ...ENDED }), rules(name))).toBe(expected);
  });

  it.each(STEPS)('of a %s is never sent again outside of the key’s window', (step) => {
    const intent = step === 'hold' ? null : step;
    const late = unknownStep(step, DAY, { intent });
    expect(planned(late, withWindow(rules('key with a look-up'), DAY + HOUR))).toBe('look-up');
    expect(planned(late, withWindow(rules('key'), DAY + HOUR))).toBe('needs-review: look-ups-exhausted');
  });
});

describe('what is parked', () => {
  const parked = redemption({ state: 'needs-review', reviewReason: 'unmapped-refusal' });

  it('is looked at where the supplier can be asked and anything was sent, and stays otherwise', () => {
    expect(planned(parked)).toBe('look-up');
    expect(planned(parked, rules('lookup'))).toBe('look-up');
    expect(planned(parked, rules('key'))).toBe('needs-review');
    expect(planned({ ...parked, everSent: false })).toBe('needs-review');
    expect(decisionOf({ ...parked, everSent: false })).toMatchObject({ nextActionInMs: DAY });
  });
});

it.each(OVER)('%s: stays, with nothing to do', (state) => {
  expect(plan(redemption({ state }), rules('key'), middle)).toEqual({
    act: 'become',
    decision: { to: state, nextActionInMs: null },
  });
});
