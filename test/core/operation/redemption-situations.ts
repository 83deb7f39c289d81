import type { Decision, Learnt, RedemptionSnapshot, Rules } from '../../../src/core/operation/snapshot.js';
import type { HoldFound } from '../../../src/spec/adapter.js';
import type { Fault } from '../../../src/spec/errors.js';
import type { RedemptionState } from '../../../src/spec/operation.js';
import type { Hold } from '../../../src/spec/reward.js';
import { FAST, fault, LEARNT, receipt, situation } from './situations.js';

export const MINUTE = 60_000;
/** How long a simulated supplier holds points. */
export const HOLD_MS = 30 * MINUTE;
/** The least that must be left of a hold for a confirm to begin. */
export const ENOUGH_MS = FAST.totalMs + FAST.holdMarginMs;
export const ENDS_AT = '2026-03-02T01:30:00.000Z';
/** What a supplier says later about the same hold. */
export const ENDS_LATER = '2026-03-02T01:45:00.000Z';

export const NATIVE: Hold = { kind: 'native', expiresAt: ENDS_AT };
export const SOFT: Hold = { kind: 'soft', expiresAt: ENDS_AT };

/** A redemption that the supplier holds, with all of its time left; say what is different. */
export function redemption(different: Partial<RedemptionSnapshot> = {}): RedemptionSnapshot {
  return {
    ...situation({ sinceFirstSentMs: 1_000, sinceLastSentMs: 1_000, untilDeadlineMs: FAST.stepDeadlineMs }),
    kind: 'redemption',
    state: 'held',
    step: 'hold',
    hold: NATIVE,
    holdLeftMs: HOLD_MS,
    everSent: true,
    ...different,
  };
}

/** Just accepted: nothing was ever sent. */
export function requested(different: Partial<RedemptionSnapshot> = {}): RedemptionSnapshot {
  return redemption({
    state: 'requested',
    step: null,
    hold: null,
    holdLeftMs: null,
    attempts: 0,
    everSent: false,
    sinceFirstSentMs: null,
    sinceLastSentMs: null,
    ...different,
  });
}

export const STEPS = ['hold', 'confirm', 'release'] as const;
type Step = (typeof STEPS)[number];

/** A step that was sent an instant ago. */
export function underWayOf(step: Step, different: Partial<RedemptionSnapshot> = {}): RedemptionSnapshot {
  const state = { hold: 'holding', confirm: 'confirming', release: 'releasing' } as const;
  const first = { sinceFirstSentMs: 0, sinceLastSentMs: 0 };
  const intent = step === 'hold' ? null : step;
  return redemption({ state: state[step], step, intent, ...first, ...unheldBefore(step), ...different });
}

/** A step of which the outcome has been unknown for so long, counted from its send. */
export function unknownStep(step: Step, ms: number, different: Partial<RedemptionSnapshot> = {}): RedemptionSnapshot {
  const ages = { sinceFirstSentMs: ms, sinceLastSentMs: ms, unknownForMs: ms };
  return underWayOf(step, { state: 'unknown', everSent: true, ...ages, ...different });
}

function unheldBefore(step: Step): Partial<RedemptionSnapshot> {
  return step === 'hold' ? { hold: null, holdLeftMs: null, everSent: false } : {};
}

/** The states of a redemption that is over. */
export const OVER = ['confirmed', 'released', 'expired', 'rejected'] as const satisfies readonly RedemptionState[];

const held = receipt({ holdExpiresAt: ENDS_LATER });

function foundHold(found: HoldFound, matches = true): Learnt {
  return { type: 'found-hold', found, matches };
}

/** One of everything that can be learnt about a redemption, with a name. */
export const LEARNT_OF_REDEMPTION = {
  ...LEARNT,
  'receipt of a hold': { type: 'receipt', receipt: held, matches: true },
  'hold ended': fault({ kind: 'rejected', reason: 'hold-expired', supplierCode: 'HOLD_EXPIRED' }),
  'too few points': fault({ kind: 'rejected', reason: 'insufficient-points', supplierCode: 'INSUFFICIENT_POINTS' }),
  'found held': foundHold({ found: 'held', receipt: held }),
  'found held by an answer without an end': foundHold({ found: 'held', receipt: receipt() }),
  'found confirmed': foundHold({ found: 'confirmed', receipt: receipt() }),
  'found released': foundHold({ found: 'released' }),
  'found expired': foundHold({ found: 'expired' }),
  'found confirmed, but of something else': foundHold({ found: 'confirmed', receipt: receipt() }, false),
  'told spent by the settlement': {
    type: 'told-posted',
    supplierReference: 'S1',
    matches: true,
    by: 'settlement',
    businessDate: '2026-03-02',
  },
  'told unspent by the settlement': { type: 'told-absent', by: 'settlement' },
} as const satisfies Record<string, Learnt>;
export type LearntOfRedemption = keyof typeof LEARNT_OF_REDEMPTION;
export const LEARNT_OF_REDEMPTION_NAMES = Object.keys(LEARNT_OF_REDEMPTION) as LearntOfRedemption[];

/** A decision in a word: the state it leads to, and why a person has to look. */
export function inWords(decision: Decision | null): string {
  if (decision === null) return 'nothing';
  return decision.reviewReason == null ? decision.to : `${decision.to}: ${decision.reviewReason}`;
}

export const INSUFFICIENT: Fault = {
  kind: 'rejected',
  reason: 'insufficient-points',
  supplierCode: 'INSUFFICIENT_POINTS',
};

/** The same rules with another recovery setting. */
export function withWindow(by: Rules, windowMs: number): Rules {
  if (by.recovery.idempotency !== 'key') throw new TypeError('has no key');
  return { ...by, recovery: { ...by.recovery, windowMs } };
}
