import { describe, expect, it } from '@jest/globals';
import type { OperationRow } from '../../../src/core/operation/row.js';
import type { Snapshot } from '../../../src/core/operation/snapshot.js';
import {
  actionsOn,
  type SchemeMeans,
  type Standing,
  SUPPORT_ACTIONS,
  WHY_NOT,
} from '../../../src/core/support/actions-on.js';
import { resent, settled } from '../../../src/core/support/settle.js';
import { WHY_NOT_SENTENCES } from '../../../src/core/support/why-not-sentences.js';
import {
  EXPECTATION_STATES,
  type OperationState,
  REDEMPTION_STATES,
  WRITE_STATES,
} from '../../../src/spec/operation.js';
import { ENOUGH_MS, HOLD_MS, NATIVE, SOFT } from '../operation/redemption-situations.js';
import { FAST, situation } from '../operation/situations.js';

const MEANS: SchemeMeans = { timing: FAST, canFind: true, reverses: 'yes' };
const ABSENT = { reviewReason: 'absent', evidence: { by: 'settlement', absent: true } } as const;

type Different = Omit<Partial<OperationRow> & Partial<Snapshot>, 'state'>;

/** An operation that was sent once; say what is different in its row or in what deciding knows of it. */
function standing(different: Different & { state: OperationState }): Standing {
  const snapshot = { ...situation({ everSent: true }), ...different } as Snapshot;
  const row = { points: 500, bonusPoints: 0, evidence: null, ...snapshot, ...different } as unknown as OperationRow;
  return { operation: row, snapshot, reversed: { points: 0, open: 0 }, leased: false };
}

/** Our own fault, three times, before anything left. */
const STOPPED = { attempts: 3, everSent: false, reviewReason: 'quarantined' } as const;
const fresh = { attempts: 0, everSent: false } as const;
const redemption = {
  kind: 'redemption',
  step: 'confirm',
  intent: 'confirm',
  hold: NATIVE,
  holdLeftMs: HOLD_MS,
} as const;

/** What is possible in a line: the actions, `!` where it takes two, and why the others are not. */
function told(one: Standing, means: Partial<SchemeMeans> | null = {}): string {
  const { actions, notNow } = actionsOn(one, means === null ? null : { ...MEANS, ...means });
  const can = actions.map(({ action, needsSecondPerson }) => action + (needsSecondPerson ? '!' : ''));
  return `${can.join(' ')} | ${notNow.map(({ action, why }) => `${action}: ${why}`).join(', ')}`;
}

describe('what can be done about a write', () => {
  it('is decided by nobody while its supplier is being asked', () => {
    const absent = standing({ state: 'needs-review', ...ABSENT });
    expect(told(absent)).toContain('look-up resend! settle! |');
    expect(told({ ...absent, leased: true })).toContain('look-up | resend: in-flight, settle: in-flight');
  });

  it.each<[OperationState, Different, string]>([
    [
      'scheduled',
      fresh,
      'cancel | look-up: never-sent, resend: not-in-review, settle: not-in-review, reverse: not-posted',
    ],
    [
      'queued',
      fresh,
      'cancel | look-up: never-sent, resend: not-in-review, settle: not-in-review, reverse: not-posted',
    ],
    [
      'queued',
      { everSent: false },
      ' | look-up: never-sent, resend: not-in-review, settle: not-in-review, cancel: attempted, reverse: not-posted',
    ],
    [
      'sending',
      {},
      ' | look-up: in-flight, resend: not-in-review, settle: not-in-review, cancel: attempted, reverse: not-posted',
    ],
    ['submitted', {}, 'look-up | resend: not-in-review, settle: not-in-review, cancel: attempted, reverse: not-posted'],
    ['unknown', {}, 'look-up | resend: not-in-review, settle: not-in-review, cancel: attempted, reverse: not-posted'],
    ['posted', {}, 'look-up reverse | resend: final, settle: final, cancel: final'],
    ['rejected', {}, 'look-up | resend: final, settle: final, cancel: final, reverse: not-posted'],
    ['rejected', fresh, ' | look-up: never-sent, resend: final, settle: final, cancel: final, reverse: not-posted'],
    ['cancelled', fresh, ' | look-up: never-sent, resend: final, settle: final, cancel: final, reverse: not-posted'],
    ['needs-review', ABSENT, 'look-up resend! settle! | cancel: attempted, reverse: not-posted'],
    [
      'needs-review',
      { ...ABSENT, untilDeadlineMs: 0 },
      'look-up settle! | resend: past-deadline, cancel: attempted, reverse: not-posted',
    ],
    [
      'needs-review',
      { ...ABSENT, evidence: null },
      'look-up settle! | resend: no-proof-of-absence, cancel: attempted, reverse: not-posted',
    ],
    [
      'needs-review',
      { reviewReason: 'evidence-mismatch', evidence: ABSENT.evidence },
      'look-up settle! | resend: no-proof-of-absence, cancel: attempted, reverse: not-posted',
    ],
    [
      'needs-review',
      { ...fresh, reviewReason: 'possible-duplicate' },
      'settle! cancel | look-up: never-sent, resend: no-proof-of-absence, reverse: not-posted',
    ],
    ['needs-review', STOPPED, 'resend! settle! cancel | look-up: never-sent, reverse: not-posted'],
    [
      'needs-review',
      { ...STOPPED, untilDeadlineMs: 0 },
      'settle! cancel | look-up: never-sent, resend: past-deadline, reverse: not-posted',
    ],
    [
      'needs-review',
      { ...STOPPED, everSent: true },
      'look-up settle! | resend: no-proof-of-absence, cancel: attempted, reverse: not-posted',
    ],
  ])('%s, %j', (state, different, expected) => {
    expect(told(standing({ state, ...different }))).toBe(expected);
  });

  it('of another kind than an accrual leaves nothing to reverse', () => {
    expect(told(standing({ state: 'posted', kind: 'reversal' }))).toContain('reverse: not-an-accrual');
  });

  it('that is posted depends on what the scheme takes back, and how much of it is left', () => {
    const posted = standing({ state: 'posted', points: 500 });
    expect(told(posted, { reverses: 'no' })).toContain('reverse: cannot-reverse');
    expect(told({ ...posted, reversed: { points: 500, open: 1 } })).toContain('reverse: all-reversed');
    expect(told({ ...posted, reversed: { points: 200, open: 1 } })).toContain('look-up reverse |');
    expect(told({ ...posted, reversed: { points: 200, open: 1 } }, { reverses: 'one-at-a-time' })).toContain(
      'reverse: reversal-open',
    );
    expect(told({ ...posted, reversed: { points: 200, open: 0 } }, { reverses: 'one-at-a-time' })).toContain(
      'reverse |',
    );
  });

  it('cannot be looked up where the supplier cannot be asked', () => {
    expect(told(standing({ state: 'unknown' }), { canFind: false })).toContain('look-up: cannot-look');
  });
});

describe('what can be done about a redemption', () => {
  it.each<[OperationState, Different, string]>([
    [
      'awaiting-approval',
      fresh,
      ' | look-up: never-sent, resend: not-in-review, settle: not-in-review, cancel: not-releasable',
    ],
    ['requested', fresh, 'cancel | look-up: never-sent, resend: not-in-review, settle: not-in-review'],
    ['holding', {}, 'cancel | look-up: in-flight, resend: not-in-review, settle: not-in-review'],
    ['held', {}, 'look-up cancel | resend: not-in-review, settle: not-in-review'],
    ['held', { ...fresh, hold: SOFT }, 'cancel | look-up: never-sent, resend: not-in-review, settle: not-in-review'],
    ['confirming', {}, ' | look-up: in-flight, resend: not-in-review, settle: not-in-review, cancel: not-releasable'],
    ['unknown', {}, 'look-up cancel | resend: not-in-review, settle: not-in-review'],
    ['releasing', {}, ' | look-up: in-flight, resend: not-in-review, settle: not-in-review, cancel: not-releasable'],
    ['confirmed', {}, 'look-up | resend: final, settle: final, cancel: final'],
    ['released', {}, 'look-up | resend: final, settle: final, cancel: final'],
    ['expired', fresh, ' | look-up: never-sent, resend: final, settle: final, cancel: final'],
    ['rejected', {}, 'look-up | resend: final, settle: final, cancel: final'],
    ['needs-review', ABSENT, 'look-up resend! settle! | cancel: not-releasable'],
    [
      'needs-review',
      { ...ABSENT, holdLeftMs: ENOUGH_MS - 1 },
      'look-up settle! | resend: hold-ended, cancel: not-releasable',
    ],
    [
      'needs-review',
      { ...ABSENT, intent: 'release' },
      'look-up settle! | resend: release-wanted, cancel: not-releasable',
    ],
    [
      'needs-review',
      { ...ABSENT, step: 'release' },
      'look-up settle! | resend: not-of-this-kind, cancel: not-releasable',
    ],
    ['needs-review', { ...STOPPED, hold: SOFT }, 'resend! settle! cancel | look-up: never-sent'],
    ['needs-review', { ...STOPPED, step: 'hold', intent: null }, 'resend! settle! cancel | look-up: never-sent'],
    [
      'needs-review',
      { ...STOPPED, step: 'hold', intent: 'release' },
      'settle! cancel | look-up: never-sent, resend: release-wanted',
    ],
    [
      'needs-review',
      { ...STOPPED, everSent: true },
      'look-up settle! | resend: no-proof-of-absence, cancel: not-releasable',
    ],
  ])('%s, %j', (state, different, expected) => {
    expect(told(standing({ ...redemption, state, ...different }))).toBe(`${expected}, reverse: not-an-accrual`);
  });

  it('of which a lost confirm cannot be looked at cannot be released either', () => {
    expect(told(standing({ ...redemption, state: 'unknown' }), { canFind: false })).toContain('cancel: not-releasable');
  });
});

describe('what can be done while the connection cannot be used', () => {
  const unconnected = (state: OperationState, different: Different): string =>
    told(standing({ state, ...different }), null);

  it.each<[OperationState, Different, string]>([
    [
      'queued',
      fresh,
      'cancel | look-up: never-sent, resend: not-in-review, settle: not-in-review, reverse: not-posted',
    ],
    ['posted', {}, ' | look-up: not-connected, resend: final, settle: final, cancel: final, reverse: not-connected'],
    [
      'needs-review',
      ABSENT,
      'settle! | look-up: not-connected, resend: not-connected, cancel: attempted, reverse: not-posted',
    ],
    [
      'held',
      redemption,
      'cancel | look-up: not-connected, resend: not-in-review, settle: not-in-review, reverse: not-an-accrual',
    ],
    [
      'unknown',
      redemption,
      ' | look-up: not-connected, resend: not-in-review, settle: not-in-review, cancel: not-connected, reverse: not-an-accrual',
    ],
  ])('and it is %s', (state, different, expected) => {
    expect(unconnected(state, different)).toBe(expected);
  });
});

describe('the table', () => {
  const states = [
    ...WRITE_STATES.map((state) => ['accrual', state] as const),
    ...REDEMPTION_STATES.map((state) => ['redemption', state] as const),
    ...EXPECTATION_STATES.map((state) => ['expectation', state] as const),
  ];

  it.each(states)('says of every action on a(n) %s that is %s whether it is possible, or why not', (kind, state) => {
    const { actions, notNow } = actionsOn(standing({ ...redemption, kind, state }), MEANS);
    const named = [...actions, ...notNow].map(({ action }) => action);
    expect(named.sort()).toEqual([...SUPPORT_ACTIONS].sort());
  });

  it('lets nothing be settled but what waits for a person, and as its kind can end', () => {
    const settled = states.flatMap(([kind, state]) => {
      const { actions } = actionsOn(standing({ ...redemption, kind, state }), MEANS);
      return actions.filter(({ action }) => action === 'settle').map(({ outcomes }) => [kind, state, outcomes]);
    });
    expect(settled).toEqual([
      ['accrual', 'needs-review', ['posted', 'rejected']],
      ['redemption', 'needs-review', ['confirmed', 'released', 'expired', 'rejected']],
    ]);
  });

  it('has a sentence in both languages for every reason', () => {
    for (const why of WHY_NOT) {
      expect(WHY_NOT_SENTENCES[why].en).toMatch(/^[A-Z].*\.$/);
      expect(WHY_NOT_SENTENCES[why].zh).toMatch(/。$/);
    }
  });
});

describe('what an act makes of an operation', () => {
  it('ends it as people say, and says that people did', () => {
    const evidence = { by: 'people', approval: 'apr_1' };
    const posted = settled({ outcome: 'posted', supplierReference: 'S-1' }, 'apr_1');
    expect(posted).toMatchObject({ to: 'posted', nextActionInMs: null, supplierReference: 'S-1', evidence });
    expect(settled({ outcome: 'rejected' }, 'apr_1').rejection).toEqual({
      reason: 'supplier-refused',
      supplierCode: null,
    });
    const outcomes = (['confirmed', 'released', 'expired'] as const).map((outcome) => settled({ outcome }, 'apr_1'));
    expect(outcomes.map(({ to }) => to)).toEqual(['confirmed', 'released', 'expired']);
    for (const decision of outcomes) expect(decision).toMatchObject({ nextActionInMs: null, intent: null, evidence });
  });

  it('sends it again: a write from its queue, a redemption from its hold with the confirm still wanted', () => {
    const write = resent(standing({ state: 'needs-review', ...ABSENT }), 'apr_1', 60_000);
    expect(write).toMatchObject({ to: 'queued', nextActionInMs: 0, reviewReason: null, absences: 0 });
    const spending = resent(standing({ ...redemption, state: 'needs-review', ...ABSENT }), 'apr_1', 60_000);
    expect(spending).toMatchObject({ to: 'held', intent: 'confirm', deadlineInMs: 60_000, reviewReason: null });
    const holding = resent(
      standing({ ...redemption, ...STOPPED, step: 'hold', state: 'needs-review' }),
      'apr_1',
      60_000,
    );
    expect(holding).toMatchObject({ to: 'requested', reviewReason: null, notSentTries: 0 });
    expect(holding).not.toHaveProperty('intent');
  });
});
