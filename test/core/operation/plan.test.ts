import { describe, expect, it } from '@jest/globals';
import { plan } from '../../../src/core/operation/plan.js';
import type { Rules, Snapshot } from '../../../src/core/operation/snapshot.js';
import {
  DAY,
  FAST,
  HOUR,
  middle,
  RECOVERIES,
  RECOVERY_NAMES,
  type RecoveryName,
  rules,
  situation,
  unknownFor,
} from './situations.js';

/** A plan in a word: the act, or the state it becomes without any supplier. */
function planned(snapshot: Snapshot, by: Rules): string {
  const next = plan(snapshot, by, middle);
  if (next.act !== 'become') return next.act;
  const { to, reviewReason } = next.decision;
  return reviewReason == null ? to : `${to}: ${reviewReason}`;
}
const withoutSend: Partial<Snapshot> = { attempts: 0, sinceFirstSentMs: null, sinceLastSentMs: null };
const parked: Partial<Snapshot> = { state: 'needs-review', reviewReason: 'unmapped-refusal', unknownForMs: null };

describe.each(RECOVERY_NAMES)('with recovery by %s', (name) => {
  const by = rules(name);

  it('scheduled: its time has come', () => {
    expect(plan(situation({ ...withoutSend, state: 'scheduled' }), by, middle)).toEqual({
      act: 'become',
      decision: { to: 'queued', nextActionInMs: 0 },
    });
  });

  it('queued: a send, until the deadline', () => {
    const queued = situation({ ...withoutSend, state: 'queued' });
    expect(planned(queued, by)).toBe('send');
    expect(planned({ ...queued, untilDeadlineMs: 1 }, by)).toBe('send');
    expect(planned({ ...queued, untilDeadlineMs: 0 }, by)).toBe('cancelled');
    expect(planned({ ...queued, untilDeadlineMs: -DAY }, by)).toBe('cancelled');
    // Attempts that never left this machine have sent nothing.
    expect(planned({ ...queued, attempts: 4, notSentTries: 4, untilDeadlineMs: -1 }, by)).toBe('cancelled');
    expect(planned({ ...queued, attempts: 1, everSent: true, untilDeadlineMs: -1 }, by)).toBe('needs-review: deadline');
  });

  it('sending under a lapsed lease: the outcome is unknown, never queued', () => {
    expect(plan(situation({ leaseLapsed: true }), by, middle)).toEqual({
      act: 'become',
      decision: { to: 'unknown', nextActionInMs: 0, unknownSince: 'now', everSent: true },
    });
  });

  it.each(['posted', 'rejected', 'cancelled'] as const)('%s: stays, with nothing to do', (state) => {
    expect(plan(unknownFor(5, { state }), by, middle)).toEqual({
      act: 'become',
      decision: { to: state, nextActionInMs: null },
    });
  });

  it('needs-review of something never sent: nothing to look up', () => {
    const snapshot = situation({ ...withoutSend, ...parked, reviewReason: 'quarantined' });
    expect(planned(snapshot, by)).toBe('needs-review');
  });
});

it.each<[RecoveryName, string, string, string]>([
  ['key', 'repeat', 'submitted', 'needs-review'],
  ['key with a look-up', 'repeat', 'look-up', 'look-up'],
  ['lookup', 'look-up', 'look-up', 'look-up'],
  ['eventual lookup', 'look-up', 'look-up', 'look-up'],
  ['none', 'needs-review: awaiting-file', 'submitted', 'needs-review'],
])('%s: after a lost answer %s, when accepted %s, when parked %s', (name, unknown, submitted, review) => {
  expect(planned(unknownFor(HOUR), rules(name))).toBe(unknown);
  expect(planned(unknownFor(HOUR, { state: 'submitted', unknownForMs: null }), rules(name))).toBe(submitted);
  expect(planned(unknownFor(HOUR, parked), rules(name))).toBe(review);
});

it.each<[RecoveryName, string]>([
  ['key', 'needs-review: awaiting-file'],
  ['key with a look-up', 'look-up'],
  ['lookup', 'look-up'],
  ['none', 'needs-review: awaiting-file'],
])('%s: accepted and still not posted at the deadline gives %s', (name, to) => {
  const late = unknownFor(HOUR, { state: 'submitted', unknownForMs: null, untilDeadlineMs: 0 });
  expect(planned(late, rules(name))).toBe(to);
});

describe('a key', () => {
  const { windowMs } = RECOVERIES.key;
  const sent = (ms: number): Snapshot => unknownFor(1_000, { sinceFirstSentMs: ms });

  it('is trusted for an hour less than its window, counted from the first send', () => {
    expect(planned(sent(windowMs - HOUR - 1), rules('key'))).toBe('repeat');
    expect(planned(sent(windowMs - HOUR), rules('key'))).toBe('needs-review: look-ups-exhausted');
    expect(planned(sent(windowMs - HOUR), rules('key with a look-up'))).toBe('look-up');
    expect(planned(unknownFor(1_000, { sinceFirstSentMs: windowMs, sinceLastSentMs: 0 }), rules('key'))).not.toBe(
      'repeat',
    );
  });

  it('with a window of an hour is never repeated', () => {
    const short: Rules = { ...rules('key'), recovery: { ...RECOVERIES.key, windowMs: HOUR } };
    expect(planned(sent(0), short)).not.toBe('repeat');
  });
});

it('what is parked or accepted is looked at again within a day', () => {
  const delays = RECOVERY_NAMES.flatMap((name) =>
    [unknownFor(HOUR, parked), unknownFor(HOUR, { state: 'submitted', unknownForMs: null })].flatMap((snapshot) => {
      const next = plan(snapshot, rules(name), middle);
      return next.act === 'become' ? [next.decision.nextActionInMs] : [];
    }),
  );
  expect(new Set(delays)).toEqual(new Set([DAY, FAST.lookupEveryMs]));
});
