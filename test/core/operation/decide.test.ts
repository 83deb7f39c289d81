import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/operation/decide.js';
import type { Decision, Learnt, Rules, Snapshot } from '../../../src/core/operation/snapshot.js';
import {
  fault,
  LEARNT,
  LEARNT_NAMES,
  type LearntName,
  lost,
  middle,
  receipt,
  RECOVERY_NAMES,
  rules,
  situation,
  unknownFor,
} from './situations.js';

const ALL_RULES: [string, Rules][] = [
  ['none', rules('none')],
  ...RECOVERY_NAMES.filter((name) => name !== 'none').flatMap((name): [string, Rules][] => [
    [`${name}, automatic`, rules(name)],
    [`${name}, by-person`, rules(name, 'by-person')],
  ]),
];
const sentBefore: Partial<Snapshot> = { everSent: true, attempts: 2, sinceFirstSentMs: 60_000 };

/** A decision in a word: the state it leads to, and why a person has to look. */
function inWords(decision: Decision | null): string {
  if (decision === null) return 'nothing';
  return decision.reviewReason == null ? decision.to : `${decision.to}: ${decision.reviewReason}`;
}
function outcome(snapshot: Snapshot, learnt: LearntName, by: Rules): string {
  return inWords(decide(snapshot, LEARNT[learnt], by, middle));
}

describe.each(ALL_RULES)('%s', (name, by) => {
  const recovers = name !== 'none';

  it.each<[LearntName, string]>([
    ['receipt', 'posted'],
    ['receipt of something accepted', 'submitted'],
    ['receipt of something else', 'unknown'],
    ['not sent', 'queued'],
    ['throttled', 'queued'],
    ['refused credentials', 'queued'],
    ['refusal', 'rejected'],
    ['already credited', 'rejected'],
    ['unmapped refusal', 'needs-review: unmapped-refusal'],
    ['lost answer', 'unknown'],
    ['bug before the send', 'queued'],
    ['bug after the send', 'unknown'],
    ['reference taken', 'needs-review: supplier-reference-taken'],
    ['told posted', 'posted'],
    ['told posted something else', 'needs-review: evidence-mismatch'],
    ['told refused', 'rejected'],
  ])('first send: %s gives %s', (learnt, to) => {
    expect(outcome(situation(), learnt, by)).toBe(to);
  });

  it.each<[LearntName, string]>([
    ['receipt', 'posted'],
    ['not sent', 'queued'],
    ['throttled', 'queued'],
    ['refusal', 'rejected'],
    ['already credited', 'needs-review: evidence-mismatch'],
    ['lost answer', 'unknown'],
    ['told posted', 'posted'],
  ])('send after a proven absence: %s gives %s', (learnt, to) => {
    expect(outcome(situation(sentBefore), learnt, by)).toBe(to);
  });

  const open: [string, Snapshot][] = [
    ['unknown', unknownFor(1_000)],
    ['submitted', unknownFor(1_000, { state: 'submitted', unknownForMs: null })],
    ['needs-review', unknownFor(1_000, { state: 'needs-review', unknownForMs: null, reviewReason: 'awaiting-file' })],
  ];
  it.each(open)('look-up while %s', (state, snapshot) => {
    expect(outcome(snapshot, 'found posted', by)).toBe('posted');
    expect(outcome(snapshot, 'found accepted', by)).toBe('submitted');
    expect(outcome({ ...snapshot, lookups: 4 }, 'found something else', by)).toBe('needs-review: evidence-mismatch');
    expect(outcome(snapshot, 'found refused', by)).toBe('rejected');
    expect(outcome(snapshot, 'reference taken', by)).toBe('needs-review: supplier-reference-taken');
    for (const learnt of ['look-up failed', 'look-up throttled', 'absent'] as const)
      expect(decide(snapshot, LEARNT[learnt], by, middle)?.to).toBe(state);
  });

  it.each(open.filter(([state]) => state !== 'needs-review'))(
    'something else found while %s is looked at again before it is believed',
    (state, snapshot) => {
      for (const lookups of [0, 1, 2, 3]) {
        const decision = decide({ ...snapshot, lookups }, LEARNT['found something else'], by, middle);
        expect(decision).toMatchObject({ to: state, lookups: lookups + 1 });
      }
    },
  );

  it.each(open)('a push while %s', (_state, snapshot) => {
    expect(outcome(snapshot, 'told posted', by)).toBe('posted');
    expect(outcome(snapshot, 'told refused', by)).toBe('rejected');
    expect(outcome(snapshot, 'told posted something else', by)).toBe('needs-review: evidence-mismatch');
  });

  it.each(['scheduled', 'queued'] as const)('a push while %s and never sent', (state) => {
    const snapshot = situation({ state, attempts: 0, sinceFirstSentMs: null, sinceLastSentMs: null });
    expect(outcome(snapshot, 'told posted', by)).toBe('needs-review: evidence-mismatch');
    expect(outcome(snapshot, 'told posted something else', by)).toBe('needs-review: evidence-mismatch');
    expect(outcome(snapshot, 'told refused', by)).toBe('nothing');
  });

  it('a push while queued again after a send', () => {
    expect(outcome(situation({ ...sentBefore, state: 'queued' }), 'told posted', by)).toBe('posted');
    expect(outcome(situation({ ...sentBefore, state: 'queued' }), 'told refused', by)).toBe('rejected');
  });

  it.each(['posted', 'rejected', 'cancelled'] as const)('%s is final', (state) => {
    for (const learnt of LEARNT_NAMES) expect(outcome(unknownFor(1_000, { state }), learnt, by)).toBe('nothing');
  });

  it('our own fault before any send is set aside at the third try', () => {
    const after = (notSentTries: number) => outcome(situation({ notSentTries }), 'bug before the send', by);
    expect([after(0), after(1), after(2)]).toEqual(['queued', 'queued', 'needs-review: quarantined']);
  });

  it('a day without an answer ends the look-ups', () => {
    const tired = unknownFor(86_400_000);
    expect(outcome(tired, 'look-up failed', by)).toBe('needs-review: look-ups-exhausted');
    // Without any recovery there is no schedule to end: it waits for a file.
    expect(outcome({ ...tired, state: 'sending' }, 'lost answer', by)).toBe(
      recovers ? 'needs-review: look-ups-exhausted' : 'unknown',
    );
  });
});

it.each<[LearntName, string]>([
  ['receipt', 'posted'],
  ['receipt of something accepted', 'submitted'],
  ['receipt of something else', 'unknown'],
  ['not sent', 'unknown'],
  ['throttled', 'unknown'],
  ['refused credentials', 'unknown'],
  ['refusal', 'rejected'],
  ['already credited', 'needs-review: evidence-mismatch'],
  ['unmapped refusal', 'needs-review: unmapped-refusal'],
  ['lost answer', 'unknown'],
  ['bug before the send', 'unknown'],
  ['bug after the send', 'unknown'],
])('the same send of a key again: %s gives %s', (learnt, to) => {
  const repeat = situation({ ...sentBefore, unknownForMs: 60_000 });
  for (const name of ['key', 'key with a look-up'] as const) expect(outcome(repeat, learnt, rules(name))).toBe(to);
});

describe('what a decision carries', () => {
  it('the receipt and where the proof came from', () => {
    const given = receipt({ businessDate: '2026-03-01' });
    const from = (snapshot: Snapshot, learnt: Learnt): Decision | null =>
      decide(snapshot, learnt, rules('key'), middle);
    const answered: Learnt = { type: 'receipt', receipt: given, matches: true };
    const expected = { supplierReference: 'S1', businessDate: '2026-03-01', nextActionInMs: null, unknownSince: null };
    expect(from(situation(), answered)).toMatchObject({ ...expected, evidence: { by: 'receipt' } });
    expect(from(situation({ unknownForMs: 5 }), answered)).toMatchObject({ ...expected, evidence: { by: 'repeat' } });
    expect(from(unknownFor(5), { type: 'found', receipt: given, matches: true, posted: true })).toMatchObject({
      ...expected,
      evidence: { by: 'look-up' },
    });
    expect(from(unknownFor(5), LEARNT['told posted'])).toMatchObject({ evidence: { by: 'notification' } });
  });

  it('the supplier token of an unknown outcome, and when it began', () => {
    const first = decide(
      situation(),
      fault({ kind: 'unknown-outcome', detail: 'timeout', resume: 'T1' }),
      rules('key'),
      middle,
    );
    expect(first).toMatchObject({ to: 'unknown', resume: 'T1', unknownSince: 'now', everSent: true });
    const later = decide(situation({ unknownForMs: 5 }), fault(lost), rules('key'), middle);
    expect(later).not.toHaveProperty('unknownSince');
    expect(later).not.toHaveProperty('resume');
  });
});
