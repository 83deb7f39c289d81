import type { Limits, Scheme, Timing, TimingName } from '../spec/scheme.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Against a real supplier (operations.md). `lookupsMs` count from the moment the outcome became unknown. */
const NORMAL: Timing = {
  connectMs: 2 * SECOND,
  firstByteMs: 10 * SECOND,
  totalMs: 20 * SECOND,
  leaseMs: 30 * SECOND,
  sendMarginMs: 5 * SECOND,
  maxPauseMs: 60 * SECOND,
  lookupsMs: [2 * SECOND, 10 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR],
  lookupEveryMs: HOUR,
  lookupUntilMs: DAY,
  eventualGapMs: MINUTE,
  backoffBaseMs: 500,
  backoffMaxMs: MINUTE,
  backoffTries: 8,
  notSentEveryMs: 15 * MINUTE,
  deadlineMs: 30 * DAY,
  stepDeadlineMs: MINUTE,
  holdMarginMs: 30 * SECOND,
  settlementRetryMs: 15 * MINUTE,
};

/** Against the sandbox, where a lost answer should be seen recovered within seconds and everything settled within two minutes. */
const FAST: Timing = {
  connectMs: 500,
  firstByteMs: 1_500,
  totalMs: 2 * SECOND,
  leaseMs: 5 * SECOND,
  sendMarginMs: SECOND,
  maxPauseMs: 10 * SECOND,
  lookupsMs: [200, SECOND, 3 * SECOND, 10 * SECOND, 30 * SECOND],
  lookupEveryMs: 30 * SECOND,
  lookupUntilMs: DAY,
  eventualGapMs: 5 * SECOND,
  backoffBaseMs: 100,
  backoffMaxMs: 5 * SECOND,
  backoffTries: 8,
  notSentEveryMs: 15 * SECOND,
  deadlineMs: 30 * DAY,
  stepDeadlineMs: MINUTE,
  holdMarginMs: 30 * SECOND,
  settlementRetryMs: 5 * SECOND,
};

/** The two sets of times that every scheme begins with. */
export const TIMINGS: Readonly<Record<TimingName, Timing>> = { normal: NORMAL, fast: FAST };

/** The times that a connection of the scheme runs by: those of the name, but for what the scheme's file says otherwise. */
export function timingOf({ timing, sandbox }: Pick<Scheme, 'timing' | 'sandbox'>, name: TimingName): Timing {
  return { ...TIMINGS[name], ...(name === 'fast' ? sandbox?.timing : timing) };
}

/** What a connection of the scheme may take. */
export function limitsOf({ limits, sandbox }: Pick<Scheme, 'limits' | 'sandbox'>, name: TimingName): Limits {
  return name === 'fast' ? (sandbox?.limits ?? limits) : limits;
}

/**
 * Refuses times under which a write could happen twice: a lease that a call can outlive, or a "not found" believed while a
 * worker that froze before its send may still wake up and send. `conclusiveAfterMs` is the adapter's, where it looks up.
 * Throws an Error that names both sides.
 */
export function assertTiming(timing: Timing, conclusiveAfterMs?: number): void {
  const { leaseMs, totalMs, sendMarginMs, maxPauseMs } = timing;
  if (leaseMs <= totalMs + sendMarginMs) {
    throw new Error(`the lease of ${leaseMs} ms has to exceed total timeout and margin, ${totalMs + sendMarginMs} ms`);
  }
  const least = leaseMs + totalMs + maxPauseMs;
  if (conclusiveAfterMs !== undefined && conclusiveAfterMs < least) {
    throw new Error(
      `conclusiveAfterMs of ${conclusiveAfterMs} has to be at least lease, total timeout and longest pause, ${least} ms`,
    );
  }
}
