import fc from 'fast-check';
import { TIMINGS } from '../../../src/config/timing.js';
import type { Learnt, Recovery, Rules, Snapshot } from '../../../src/core/operation/snapshot.js';
import type { Fault } from '../../../src/spec/errors.js';
import { REFUSAL_REASONS } from '../../../src/spec/errors.js';
import { WRITE_STATES } from '../../../src/spec/operation.js';
import { DAY, HOUR, receipt, situation } from './situations.js';

const age = fc.oneof(fc.constantFrom(0, 1, 20_000, HOUR, DAY), fc.integer({ min: 0, max: 40 * DAY }));
const count = fc.integer({ min: 0, max: 12 });

/** Any snapshot, also such as no history leads to. */
export const anySnapshot: fc.Arbitrary<Snapshot> = fc.record({
  kind: fc.constantFrom('accrual', 'reversal'),
  state: fc.constantFrom(...WRITE_STATES),
  attempts: count,
  everSent: fc.boolean(),
  lookups: count,
  absences: fc.integer({ min: 0, max: 3 }),
  notSentTries: count,
  step: fc.constant(null),
  intent: fc.constant(null),
  hold: fc.constant(null),
  holdLeftMs: fc.constant(null),
  reviewReason: fc.constantFrom(null, 'awaiting-file' as const),
  sinceFirstSentMs: fc.option(age),
  sinceLastSentMs: fc.option(age),
  unknownForMs: fc.option(age),
  untilDeadlineMs: fc.integer({ min: -30 * DAY, max: 30 * DAY }),
  leaseLapsed: fc.boolean(),
  lapses: fc.integer({ min: 0, max: 3 }),
});

/** An operation in its very first send. */
export const firstSend: fc.Arbitrary<Snapshot> = fc.record({ notSentTries: count, attempts: count }).map(situation);

const conclusiveAfterMs = fc.integer({ min: 17_000, max: 2 * HOUR });

export const anyRecovery: fc.Arbitrary<Recovery> = fc.oneof(
  fc.record({
    idempotency: fc.constant('key' as const),
    windowMs: fc.integer({ min: 0, max: 8 * DAY }),
    find: fc.boolean(),
    conclusiveAfterMs,
  }),
  fc.record({ idempotency: fc.constant('lookup' as const), conclusiveAfterMs, eventual: fc.boolean() }),
  fc.constant({ idempotency: 'none' as const }),
);

export const anyRules: fc.Arbitrary<Rules> = fc
  .record({
    recovery: anyRecovery,
    timing: fc.constantFrom(TIMINGS.fast, TIMINGS.normal),
    resend: fc.constantFrom('automatic' as const, 'by-person' as const),
  })
  .map((rules) => (rules.recovery.idempotency === 'none' ? { ...rules, resend: 'by-person' as const } : rules));

const reason = fc.constantFrom(...REFUSAL_REASONS);

export const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>(
    { kind: 'not-sent', detail: 'd' },
    { kind: 'auth', detail: 'd' },
    { kind: 'unmapped', supplierCode: 'E9' },
    { kind: 'unknown-outcome', detail: 'd' },
    { kind: 'unknown-outcome', detail: 'd', resume: 'T1' },
    { kind: 'rate-limited' },
  ),
  fc.integer({ min: -DAY, max: 40 * DAY }).map((retryAfterMs): Fault => ({ kind: 'rate-limited', retryAfterMs })),
  reason.map((given): Fault => ({ kind: 'rejected', reason: given, supplierCode: 'E7' })),
);

const anyReceipt = fc.record({ final: fc.boolean() }).map(receipt);

/** Anything that can be learnt, whatever the state. */
export const anyLearnt: fc.Arbitrary<Learnt> = fc.oneof(
  fc.record({ type: fc.constant('receipt' as const), receipt: anyReceipt, matches: fc.boolean() }),
  fc.record({ type: fc.constant('fault' as const), fault: anyFault }),
  fc.record({ type: fc.constant('bug' as const), sent: fc.boolean(), detail: fc.constant('TypeError') }),
  fc.record({
    type: fc.constant('found' as const),
    receipt: anyReceipt,
    matches: fc.boolean(),
    posted: fc.boolean(),
  }),
  fc.record({ type: fc.constant('found-refused' as const), reason, supplierCode: fc.constant('E7') }),
  fc.constant<Learnt>({ type: 'absent' }),
  fc.record({ type: fc.constant('look-up-failed' as const), fault: anyFault }),
  fc.record({
    type: fc.constant('told-posted' as const),
    supplierReference: fc.constantFrom(null, 'S1'),
    matches: fc.boolean(),
    by: fc.constant('notification' as const),
  }),
  fc.record({
    type: fc.constant('told-refused' as const),
    reason,
    supplierCode: fc.constant('E7'),
    by: fc.constant('notification' as const),
  }),
  fc.constant<Learnt>({ type: 'reference-taken' }),
);

/** From 0 (included) to 1 (excluded). */
export const anyChance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
