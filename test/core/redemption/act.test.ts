import { describe, expect, it } from '@jest/globals';
import type { OperationRow } from '../../../src/core/operation/row.js';
import type { RedemptionSnapshot, Snapshot } from '../../../src/core/operation/snapshot.js';
import { Problem } from '../../../src/core/problem.js';
import { judgeConfirm, judgeRelease } from '../../../src/core/redemption/act.js';
import type { Act } from '../../../src/core/redemption/ports.js';
import { OPERATION_KINDS, REDEMPTION_STATES } from '../../../src/spec/operation.js';
import {
  ENOUGH_MS,
  NATIVE,
  redemption,
  requested,
  SOFT,
  underWayOf,
  unknownStep,
} from '../operation/redemption-situations.js';
import { FAST } from '../operation/situations.js';
import { CONFIRMED } from './fake-redemption.js';

/** What an act comes to: the state that follows, the wish that is noted, or the problem with the state it tells. */
function come(judge: typeof judgeConfirm, snapshot: Snapshot, canFind = true): string {
  const row: OperationRow = { ...CONFIRMED, state: snapshot.state };
  try {
    const act: Act = judge(row, snapshot, { timing: FAST, canFind });
    return act.act === 'become' ? act.decision.to : act.act === 'note' ? `note ${act.intent}` : act.act;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { operationId, state } = error.details;
    if (operationId !== undefined) expect(operationId).toBe(row.id);
    return state === undefined ? error.code : `${error.code} ${state}`;
  }
}
const confirm = (snapshot: Snapshot): string => come(judgeConfirm, snapshot);
const release = (snapshot: Snapshot, canFind = true): string => come(judgeRelease, snapshot, canFind);
const inState = (state: RedemptionSnapshot['state']): RedemptionSnapshot => redemption({ state });

const UNHELD = REDEMPTION_STATES.filter((state) => state !== 'held');

describe('a confirm', () => {
  it.each([NATIVE, SOFT])('passes the pivot with the hold (%j), its wish and a deadline of its own', (hold) => {
    const act = judgeConfirm(CONFIRMED, redemption({ hold }), { timing: FAST, canFind: true });
    expect(act).toEqual({
      act: 'become',
      decision: {
        to: 'confirming',
        nextActionInMs: 0,
        step: 'confirm',
        intent: 'confirm',
        deadlineInMs: FAST.stepDeadlineMs,
      },
    });
  });

  it('needs the timeout and the margin left of the hold', () => {
    expect(confirm(redemption({ holdLeftMs: ENOUGH_MS }))).toBe('confirming');
    for (const holdLeftMs of [ENOUGH_MS - 1, 0, -1, null])
      expect(confirm(redemption({ holdLeftMs }))).toBe('HOLD_ENDING');
  });

  it('that waits to be sent is the same confirm, and one that is to be released is none', () => {
    expect(confirm(redemption({ intent: 'confirm' }))).toBe('nothing');
    expect(confirm(redemption({ intent: 'confirm', holdLeftMs: 1 }))).toBe('nothing');
    expect(confirm(redemption({ intent: 'release' }))).toBe('REDEMPTION_STATE held');
  });

  it.each(UNHELD)('is refused while it is %s, and told so', (state) => {
    expect(confirm(inState(state))).toBe(`REDEMPTION_STATE ${state}`);
  });
});

describe('a release', () => {
  it('of what was only requested, or of points that we set aside ourselves, is done at once', () => {
    for (const snapshot of [requested(), requested({ hold: SOFT }), redemption({ hold: SOFT })]) {
      const act = judgeRelease(CONFIRMED, snapshot, { canFind: true });
      expect(act).toEqual({
        act: 'become',
        decision: { to: 'released', nextActionInMs: null, evidence: { by: 'platform' } },
      });
    }
    // A confirm that was definitely not sent stands in nobody's way.
    expect(release(redemption({ hold: SOFT, intent: 'confirm', step: 'confirm' }))).toBe('released');
  });

  it('of a hold of the supplier’s takes a call', () => {
    for (const snapshot of [redemption(), redemption({ intent: 'confirm', step: 'confirm' })]) {
      const act = judgeRelease(CONFIRMED, snapshot, { canFind: true });
      expect(act).toEqual({
        act: 'become',
        decision: { to: 'releasing', nextActionInMs: 0, step: 'release', intent: 'release' },
      });
    }
    expect(release(redemption({ holdLeftMs: -1 }))).toBe('releasing');
  });

  it('that is on its way is the same release', () => {
    expect(release(redemption({ intent: 'release' }))).toBe('nothing');
  });

  it('is noted while an outcome is open, and carried out once it is known', () => {
    expect(release(underWayOf('hold'))).toBe('note release');
    for (const step of ['hold', 'confirm', 'release'] as const)
      expect(release(unknownStep(step, 1_000))).toBe('note release');
  });

  it('of a confirm of unknown outcome needs a supplier that can be asked', () => {
    expect(release(unknownStep('confirm', 1_000), false)).toBe('REDEMPTION_STATE unknown');
    expect(release(unknownStep('hold', 1_000), false)).toBe('note release');
  });

  it.each(UNHELD.filter((state) => !['requested', 'holding', 'unknown'].includes(state)))(
    'is refused while it is %s, and told so',
    (state) => {
      expect(release(inState(state))).toBe(`REDEMPTION_STATE ${state}`);
    },
  );
});

it.each(OPERATION_KINDS.filter((kind) => kind !== 'redemption'))('a %s is no redemption', (kind) => {
  for (const judge of [judgeConfirm, judgeRelease]) expect(come(judge, { ...redemption(), kind })).toBe('NOT_FOUND');
});
