import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/operation/decide.js';
import type { Decision, Rules } from '../../../src/core/operation/snapshot.js';
import { CONCLUSIVE, LEARNT, middle, rules, situation, unknownFor } from './situations.js';

/** A decision in a word: the state it leads to, and why a person has to look. */
function inWords(decision: Decision | null): string {
  if (decision === null) return 'nothing';
  return decision.reviewReason == null ? decision.to : `${decision.to}: ${decision.reviewReason}`;
}

describe('not found', () => {
  const states = ['unknown', 'submitted', 'needs-review'] as const;
  const absent = (sinceLastSentMs: number, absences: number, by: Rules): string[] =>
    states.map((state) => {
      const reviewReason = state === 'needs-review' ? 'awaiting-file' : null;
      return inWords(decide(unknownFor(sinceLastSentMs, { state, absences, reviewReason }), LEARNT.absent, by, middle));
    });
  const stays = [...states];

  it('is believed from the conclusive age on, and where the look-up is eventual only twice', () => {
    const again = ['queued', 'queued', 'needs-review'];
    expect(absent(CONCLUSIVE - 1, 5, rules('lookup'))).toEqual(stays);
    expect(absent(CONCLUSIVE, 0, rules('lookup'))).toEqual(again);
    expect(absent(CONCLUSIVE, 0, rules('key with a look-up'))).toEqual(again);
    expect(absent(CONCLUSIVE - 1, 5, rules('eventual lookup'))).toEqual(stays);
    expect(absent(CONCLUSIVE, 0, rules('eventual lookup'))).toEqual(stays);
    expect(absent(CONCLUSIVE, 1, rules('eventual lookup'))).toEqual(again);
  });

  it('leaves the next send to a person where the scheme says so', () => {
    const parked = ['needs-review: absent', 'needs-review: absent', 'needs-review'];
    expect(absent(CONCLUSIVE, 0, rules('lookup', 'by-person'))).toEqual(parked);
    expect(absent(CONCLUSIVE, 0, rules('eventual lookup', 'by-person'))).toEqual(stays);
    expect(absent(CONCLUSIVE, 1, rules('eventual lookup', 'by-person'))).toEqual(parked);
  });

  it('proves nothing where there is no look-up to trust, nor of something never sent', () => {
    expect(absent(CONCLUSIVE * 10, 9, rules('none'))).toEqual(stays);
    const never = unknownFor(0, { sinceLastSentMs: null });
    expect(inWords(decide(never, LEARNT.absent, rules('lookup'), middle))).toBe('unknown');
  });

  it('is counted anew after another lost answer', () => {
    const decision = decide(situation({ absences: 1 }), LEARNT['lost answer'], rules('eventual lookup'), middle);
    expect(decision).toMatchObject({ to: 'unknown', absences: 0 });
  });

  it('is kept as evidence', () => {
    const decision = decide(unknownFor(CONCLUSIVE, { absences: 1 }), LEARNT.absent, rules('eventual lookup'), middle);
    expect(decision).toMatchObject({ evidence: { by: 'look-up', absent: true, times: 2 }, absences: 0 });
    expect(decision).toMatchObject({ unknownSince: null, nextActionInMs: 0 });
  });
});
