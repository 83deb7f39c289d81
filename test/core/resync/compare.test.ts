import { describe, expect, it } from '@jest/globals';
import { compare, evidenceOf } from '../../../src/core/resync/compare.js';
import type { Learnt } from '../../../src/core/operation/snapshot.js';
import type { OperationKind, OperationState } from '../../../src/spec/operation.js';
import { points } from '../../../src/spec/values.js';
import { CONCLUSIVE, LEARNT, receipt, rules, situation } from '../operation/situations.js';

const found = (given: number | null, different: Partial<Extract<Learnt, { type: 'found' }>> = {}): Learnt => ({
  type: 'found',
  receipt: receipt({ echo: given === null ? {} : { points: points(given) } }),
  matches: given === null || given === 100,
  posted: true,
  ...different,
});
const hold = (state: 'held' | 'confirmed' | 'released' | 'expired', matches = true): Learnt => ({
  type: 'found-hold',
  found: state === 'held' || state === 'confirmed' ? { found: state, receipt: receipt() } : { found: state },
  matches,
});
const compared = (kind: OperationKind, state: OperationState, learnt: Learnt, sinceLastSentMs = CONCLUSIVE) =>
  compare(
    { kind, state, points: 90, bonusPoints: 10 },
    situation({ state: state as 'posted', sinceLastSentMs }),
    learnt,
    rules('eventual lookup'),
  );
const otherwise = (theirPoints: number | null) => ({ says: 'otherwise', theirPoints });
const SAME = { says: 'the-same' };
const NOTHING = { says: 'nothing' };

describe('what we say is booked', () => {
  it.each([
    ['is booked there', found(100), SAME],
    ['is booked there, of which the answer repeats nothing', found(null), SAME],
    ['is booked there with other points', found(70), otherwise(70)],
    ['is accepted there and not booked', found(100, { posted: false }), otherwise(null)],
    ['was refused there', LEARNT['found refused'], otherwise(null)],
    ['is not there', LEARNT.absent, otherwise(null)],
    ['could not be looked up', LEARNT['look-up failed'], NOTHING],
  ])('and %s', (_what, learnt, says) => {
    expect(compared('accrual', 'posted', learnt)).toEqual(says);
  });

  it('and cannot be seen there yet', () => {
    expect(compared('accrual', 'posted', LEARNT.absent, CONCLUSIVE - 1)).toEqual(NOTHING);
  });

  it('is compared with the sign of its direction', () => {
    expect(compared('reversal', 'posted', found(70))).toEqual(otherwise(-70));
    expect(compared('refund', 'posted', found(70))).toEqual(otherwise(70));
    expect(compared('redemption', 'confirmed', found(70))).toEqual(otherwise(-70));
  });

  it.each([
    ['confirmed', hold('confirmed'), SAME],
    ['confirmed for somebody else', hold('confirmed', false), otherwise(-100)],
    ['still held', hold('held'), otherwise(null)],
    ['released', hold('released'), otherwise(null)],
    ['expired', hold('expired'), otherwise(null)],
  ])('as a redemption is %s there', (_what, learnt, says) => {
    expect(compared('redemption', 'confirmed', learnt)).toEqual(says);
  });
});

describe('what we say came to nothing', () => {
  it.each(['rejected', 'cancelled'] as const)('and was %s', (state) => {
    expect(compared('accrual', state, LEARNT['found refused'])).toEqual(SAME);
    expect(compared('accrual', state, LEARNT.absent)).toEqual(SAME);
    expect(compared('accrual', state, LEARNT.absent, 0)).toEqual(NOTHING);
    expect(compared('accrual', state, found(100))).toEqual(otherwise(100));
    expect(compared('accrual', state, found(100, { posted: false }))).toEqual(otherwise(100));
  });

  it.each(['released', 'expired', 'rejected'] as const)('as a redemption that is %s', (state) => {
    expect(compared('redemption', state, hold('confirmed'))).toEqual(otherwise(-100));
    expect(compared('redemption', state, hold('released'))).toEqual(SAME);
    expect(compared('redemption', state, hold('expired'))).toEqual(SAME);
    // The hold spends nothing and ends by itself.
    expect(compared('redemption', state, hold('held'))).toEqual(NOTHING);
  });
});

it('what was seen is kept with a break, and no member number with it', () => {
  const learnt = found(70, { receipt: receipt({ echo: { points: points(70), memberNumber: 'CA12345678' } }) });
  const evidence = evidenceOf(learnt, 'r1');
  expect(evidence).toEqual({
    by: 'look-up',
    resyncId: 'r1',
    found: 'posted',
    matches: false,
    points: 70,
    supplierReference: 'S1',
  });
  expect(evidenceOf(hold('released'), 'r1')).toEqual({ by: 'look-up', resyncId: 'r1', found: 'released' });
  expect(evidenceOf(LEARNT.absent, 'r1')).toEqual({ by: 'look-up', resyncId: 'r1', found: 'absent' });
});
