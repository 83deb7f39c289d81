import type { OperationState } from '../../spec/operation.js';
import type { Fault } from '../../spec/errors.js';
import type { LookedAt } from './ports.js';
import type { LookResult } from './resyncs.js';

/** A look that told nothing this time: the supplier did not answer, or what was asked about moved meanwhile. */
export interface LookAgain {
  readonly result: 'again';
  readonly calls: number;
  /** What it came to when it is not asked any more. */
  readonly otherwise: LookedAt;
  /** How long a supplier that throttled wants to be left alone. */
  readonly restMs?: number | undefined;
}

/** Nothing moved; `state` is that of the operation, `null` for an account. */
export function stays(state: OperationState | null, result: LookResult, calls: number): LookedAt {
  return { result, changed: false, from: state, to: state, calls };
}

/** A lost or throttled answer is asked for again; one that is definite, and no answer to the question, is not. */
export function failedLook(fault: Fault, calls: number, state: OperationState | null): LookedAt | LookAgain {
  const unreachable = stays(state, 'unreachable', calls);
  switch (fault.kind) {
    case 'not-sent':
    case 'unknown-outcome':
      return { result: 'again', calls, otherwise: unreachable };
    case 'rate-limited':
      return { result: 'again', calls, otherwise: unreachable, restMs: fault.retryAfterMs ?? 0 };
    case 'auth':
    case 'rejected':
    case 'unmapped':
      return unreachable;
    default:
      return fault satisfies never;
  }
}
