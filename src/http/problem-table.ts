import type { ProblemCode } from '../core/problem.js';

/** The core's problems, and those of the connection itself that never get as far as a use case. */
export type DoorCode = ProblemCode | 'HEADERS_TOO_LARGE' | 'REQUEST_TIMEOUT';

/** A problem in words: its title, and a sentence to act on. */
export interface ProblemSentences {
  readonly title: string;
  readonly detail: string;
}

/** How a problem is answered; `retryAfterSeconds` is what Retry-After says when the use case knows nothing better. */
interface ProblemRow {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

export const PROBLEMS: Readonly<Record<DoorCode, ProblemRow>> = {
  ACCOUNT_UNAVAILABLE: { status: 503, retryAfterSeconds: 30 },
  ACTION_NOT_POSSIBLE: { status: 409 },
  ACTIVITY_EXISTS: { status: 409 },
  ACTIVITY_NOT_SUPPORTED: { status: 422 },
  ALREADY_REFUNDED: { status: 409 },
  ALREADY_REVERSED: { status: 409 },
  APPROVAL_STATE: { status: 409 },
  BACKLOG_FULL: { status: 503, retryAfterSeconds: 10 },
  BREAK_STATE: { status: 409 },
  CAPABILITY_MISSING: { status: 422 },
  CONNECTION_EXISTS: { status: 409 },
  CONNECTION_SHARED: { status: 403 },
  CONSENT_MISSING: { status: 403 },
  CONTENT_TYPE_UNSUPPORTED: { status: 415 },
  FORBIDDEN: { status: 403 },
  HEADERS_TOO_LARGE: { status: 431 },
  HOLD_ENDING: { status: 409 },
  IDEMPOTENCY_IN_PROGRESS: { status: 409, retryAfterSeconds: 1 },
  IDEMPOTENCY_KEY_INVALID: { status: 400 },
  IDEMPOTENCY_KEY_REQUIRED: { status: 400 },
  IDEMPOTENCY_KEY_REUSED: { status: 422 },
  INSUFFICIENT_POINTS: { status: 409 },
  INTERNAL: { status: 500 },
  INVALID: { status: 422 },
  LINK_NOT_ACTIVE: { status: 409 },
  LINK_REFUSED: { status: 422 },
  MALFORMED: { status: 400 },
  METHOD_NOT_ALLOWED: { status: 405 },
  NOT_FOUND: { status: 404 },
  NOT_REFUNDABLE: { status: 409 },
  NOT_REVERSIBLE: { status: 409 },
  NUMBER_IN_USE: { status: 409 },
  OPERATION_NOT_CANCELLABLE: { status: 409 },
  PAYLOAD_TOO_LARGE: { status: 413 },
  POINTS_REQUIRED: { status: 422 },
  PRICE_REQUIRED: { status: 422 },
  QUOTE_EXPIRED: { status: 409 },
  QUOTE_USED: { status: 409 },
  RECONCILIATION_STATE: { status: 409 },
  REDEMPTION_STATE: { status: 409 },
  REFUND_EXCEEDS: { status: 422 },
  REQUEST_TIMEOUT: { status: 408 },
  REQUEUE_CHANGED: { status: 409 },
  REVERSAL_EXCEEDS: { status: 422 },
  REWARD_NOT_SUPPORTED: { status: 422 },
  SCHEME_UNKNOWN: { status: 422 },
  SECOND_PERSON_NEEDED: { status: 403 },
  SIGNATURE_INVALID: { status: 401 },
  SUPPLIER_REFERENCE_TAKEN: { status: 409 },
  SUPPLIER_UNAVAILABLE: { status: 503, retryAfterSeconds: 30 },
  TOO_EARLY: { status: 422 },
  UNAUTHENTICATED: { status: 401 },
  UNAVAILABLE: { status: 503, retryAfterSeconds: 5 },
};
