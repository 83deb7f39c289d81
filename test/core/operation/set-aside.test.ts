import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/operation/decide.js';
import { plan } from '../../../src/core/operation/plan.js';
import type { Learnt, RedemptionSnapshot } from '../../../src/core/operation/snapshot.js';
import { ENDS_AT, ENDS_LATER, inWords, MINUTE, redemption, underWayOf } from './redemption-situations.js';
import { FAST, fault, middle, receipt, RECOVERY_NAMES, rules, situation, unknownFor } from './situations.js';

const BY = rules('key with a look-up');

describe('a native hold that outlives its end', () => {
  const held = (holdExpiresAt: string): Learnt => ({
    type: 'found-hold',
    found: { found: 'held', receipt: receipt({ holdExpiresAt }) },
    matches: true,
  });
  const unanswered = { type: 'look-up-failed', fault: { kind: 'unknown-outcome', detail: 'timeout' } } as const;
  const past = (ms: number, different: Partial<RedemptionSnapshot> = {}): RedemptionSnapshot =>
    redemption({ holdLeftMs: -ms, ...different });
  const learns = (snapshot: RedemptionSnapshot, learnt: Learnt): string =>
    inWords(decide(snapshot, learnt, BY, middle));

  it.each([
    ['the supplier calls it held', held(ENDS_AT)],
    ['nobody answers', unanswered],
  ])('is looked at for five minutes while %s, and then a case for a person', (_what, learnt) => {
    expect(learns(past(5 * MINUTE - 1), learnt)).toBe('held');
    expect(learns(past(5 * MINUTE), learnt)).toBe('needs-review: hold-overdue');
  });

  it('is none when the supplier has given it more time', () => {
    expect(decide(past(9 * MINUTE), held(ENDS_LATER), BY, middle)).toMatchObject({
      to: 'held',
      hold: { kind: 'native', expiresAt: ENDS_LATER },
    });
  });

  it('stays a case, asked about every day, until the supplier says how it ended', () => {
    const parked = past(9 * MINUTE, { state: 'needs-review', reviewReason: 'hold-overdue' });
    expect(plan(parked, BY, middle)).toEqual({ act: 'look-up' });
    expect(decide(parked, held(ENDS_AT), BY, middle)).toMatchObject({ to: 'needs-review', nextActionInMs: 86_400_000 });
    const ends = [{ found: 'expired' }, { found: 'released' }, { found: 'confirmed', receipt: receipt() }] as const;
    expect(ends.map((found) => learns(parked, { type: 'found-hold', found, matches: true }))).toEqual([
      'expired',
      'released',
      'needs-review: evidence-mismatch',
    ]);
  });
});

describe('an operation whose leases lapsed five times in a row', () => {
  it.each(RECOVERY_NAMES)('is set aside whatever it was about to do (%s)', (name) => {
    const states = ['scheduled', 'queued', 'unknown', 'submitted', 'needs-review'] as const;
    for (const state of states) {
      const next = plan(situation({ state, lapses: 5 }), rules(name), middle);
      if (next.act !== 'become') throw new Error(next.act);
      expect(inWords(next.decision)).toBe('needs-review: quarantined');
      expect(next.decision.nextActionInMs).toBe(86_400_000);
    }
  });

  it('counts the lease that has just lapsed, and what was under way then as sent', () => {
    const sending = situation({ lapses: 4, leaseLapsed: true });
    expect(plan(sending, BY, middle)).toMatchObject({
      decision: { to: 'needs-review', everSent: true, unknownSince: null },
    });
    expect(plan({ ...sending, lapses: 3 }, BY, middle)).toMatchObject({ decision: { to: 'unknown' } });
    const confirming = underWayOf('confirm', { lapses: 4, leaseLapsed: true });
    expect(plan(confirming, BY, middle)).toMatchObject({ decision: { to: 'needs-review', everSent: true } });
    const neverSent = plan(situation({ state: 'queued', lapses: 5 }), BY, middle);
    expect(neverSent).not.toHaveProperty('decision.everSent');
  });

  it('goes on where there were fewer', () => {
    expect(plan(unknownFor(MINUTE, { lapses: 4 }), rules('lookup'), middle)).toEqual({ act: 'look-up' });
  });

  it('stays what it is once it is final', () => {
    expect(plan(situation({ state: 'posted', lapses: 9 }), BY, middle)).toMatchObject({ decision: { to: 'posted' } });
  });
});

describe('a throttled send', () => {
  it('waits as long as it is told and counts as no try, however often', () => {
    const throttled = (retryAfterMs: number): Learnt => fault({ kind: 'rate-limited', retryAfterMs });
    const queued = decide(situation({ notSentTries: 7 }), throttled(90_000), BY, middle);
    expect(queued).toEqual({ to: 'queued', nextActionInMs: 90_000, notSentTries: 7 });
    const clamped = [1, 9_999_999].map((ms) => decide(situation(), throttled(ms), BY, middle)?.nextActionInMs);
    expect(clamped).toEqual([1_000, 3_600_000]);
    expect(FAST.backoffBaseMs).toBeLessThan(1_000);
  });
});
