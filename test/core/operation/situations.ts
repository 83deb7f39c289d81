import { TIMINGS } from '../../../src/config/timing.js';
import type { Learnt, Recovery, Rules, Snapshot } from '../../../src/core/operation/snapshot.js';
import type { Receipt } from '../../../src/spec/adapter.js';
import type { Fault } from '../../../src/spec/errors.js';
import { points } from '../../../src/spec/values.js';

/** The times that simulated suppliers run by. */
export const FAST = TIMINGS.fast;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const CONCLUSIVE = 20_000;

/** Every way a write may recover. */
export const RECOVERIES = {
  key: { idempotency: 'key', windowMs: 7 * DAY, find: false, conclusiveAfterMs: CONCLUSIVE },
  'key with a look-up': { idempotency: 'key', windowMs: 7 * DAY, find: true, conclusiveAfterMs: CONCLUSIVE },
  lookup: { idempotency: 'lookup', conclusiveAfterMs: CONCLUSIVE, eventual: false },
  'eventual lookup': { idempotency: 'lookup', conclusiveAfterMs: CONCLUSIVE, eventual: true },
  none: { idempotency: 'none' },
} as const satisfies Record<string, Recovery>;
export type RecoveryName = keyof typeof RECOVERIES;
export const RECOVERY_NAMES = Object.keys(RECOVERIES) as RecoveryName[];

/** Rules as a scheme has them: without recovery nothing is ever sent again by itself. */
export function rules(name: RecoveryName, resend: Rules['resend'] = 'automatic'): Rules {
  return { recovery: RECOVERIES[name], timing: FAST, resend: name === 'none' ? 'by-person' : resend };
}

/** An accrual in its first send, an instant ago; say what is different. */
export function situation(different: Partial<Snapshot> = {}): Snapshot {
  return {
    kind: 'accrual',
    state: 'sending',
    attempts: 1,
    everSent: false,
    lookups: 0,
    absences: 0,
    notSentTries: 0,
    reviewReason: null,
    step: null,
    intent: null,
    hold: null,
    holdLeftMs: null,
    sinceFirstSentMs: 0,
    sinceLastSentMs: 0,
    unknownForMs: null,
    untilDeadlineMs: 30 * DAY,
    leaseLapsed: false,
    lapses: 0,
    ...different,
  };
}

/** An outcome that has been unknown for so long, counted from the send. */
export function unknownFor(ms: number, different: Partial<Snapshot> = {}): Snapshot {
  return situation({
    state: 'unknown',
    everSent: true,
    sinceFirstSentMs: ms,
    sinceLastSentMs: ms,
    unknownForMs: ms,
    ...different,
  });
}

/** Jitter at its middle, so that a delay is its nominal value. */
export const middle = (): number => 0.5;

export function receipt(different: Partial<Receipt> = {}): Receipt {
  return { final: true, supplierReference: 'S1', echo: { points: points(100) }, ...different };
}

export const lost: Fault = { kind: 'unknown-outcome', detail: 'reset' };
export const refused: Fault = { kind: 'rejected', reason: 'member-closed', supplierCode: 'E7' };

export function fault(given: Fault): Learnt {
  return { type: 'fault', fault: given };
}

/** One of everything that can be learnt, with a name. */
export const LEARNT = {
  receipt: { type: 'receipt', receipt: receipt(), matches: true },
  'receipt of something accepted': { type: 'receipt', receipt: receipt({ final: false }), matches: true },
  'receipt of something else': { type: 'receipt', receipt: receipt(), matches: false },
  'not sent': fault({ kind: 'not-sent', detail: 'refused connection' }),
  throttled: fault({ kind: 'rate-limited', retryAfterMs: 3_000 }),
  'refused credentials': fault({ kind: 'auth', detail: '401' }),
  refusal: fault(refused),
  'already credited': fault({ kind: 'rejected', reason: 'already-credited', supplierCode: 'E8' }),
  'unmapped refusal': fault({ kind: 'unmapped', supplierCode: 'E999' }),
  'lost answer': fault(lost),
  'bug before the send': { type: 'bug', sent: false, detail: 'TypeError' },
  'bug after the send': { type: 'bug', sent: true, detail: 'TypeError' },
  'found posted': { type: 'found', receipt: receipt(), matches: true, posted: true },
  'found accepted': { type: 'found', receipt: receipt({ final: false }), matches: true, posted: false },
  'found something else': { type: 'found', receipt: receipt(), matches: false, posted: true },
  'found refused': { type: 'found-refused', reason: 'member-closed', supplierCode: 'E7' },
  absent: { type: 'absent' },
  'look-up failed': { type: 'look-up-failed', fault: lost },
  'look-up throttled': { type: 'look-up-failed', fault: { kind: 'rate-limited', retryAfterMs: 3_000 } },
  'told posted': { type: 'told-posted', supplierReference: 'S1', matches: true, by: 'notification' },
  'told posted something else': { type: 'told-posted', supplierReference: 'S1', matches: false, by: 'notification' },
  'told refused': { type: 'told-refused', reason: 'member-closed', supplierCode: 'E7', by: 'notification' },
  'reference taken': { type: 'reference-taken' },
} as const satisfies Record<string, Learnt>;
export type LearntName = keyof typeof LEARNT;
export const LEARNT_NAMES = Object.keys(LEARNT) as LearntName[];
