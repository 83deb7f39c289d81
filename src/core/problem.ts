import type { RefusalReason } from '../spec/errors.js';
import type { Bilingual } from '../spec/values.js';

/** Every code a caller can meet; `src/http/problem-table.ts` gives each its status and its sentences. */
export const PROBLEM_CODES = [
  'ACCOUNT_UNAVAILABLE',
  'ACTION_NOT_POSSIBLE',
  'ACTIVITY_EXISTS',
  'ACTIVITY_NOT_SUPPORTED',
  'ALREADY_REFUNDED',
  'ALREADY_REVERSED',
  'APPROVAL_STATE',
  'BACKLOG_FULL',
  'BREAK_STATE',
  'CAPABILITY_MISSING',
  'CONNECTION_EXISTS',
  'CONNECTION_SHARED',
  'CONSENT_MISSING',
  'CONTENT_TYPE_UNSUPPORTED',
  'FORBIDDEN',
  'HOLD_ENDING',
  'IDEMPOTENCY_IN_PROGRESS',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REQUIRED',
  'IDEMPOTENCY_KEY_REUSED',
  'INSUFFICIENT_POINTS',
  'INTERNAL',
  'INVALID',
  'LINK_NOT_ACTIVE',
  'LINK_REFUSED',
  'MALFORMED',
  'METHOD_NOT_ALLOWED',
  'NOT_FOUND',
  'NOT_REFUNDABLE',
  'NOT_REVERSIBLE',
  'NUMBER_IN_USE',
  'OPERATION_NOT_CANCELLABLE',
  'PAYLOAD_TOO_LARGE',
  'POINTS_REQUIRED',
  'PRICE_REQUIRED',
  'QUOTE_EXPIRED',
  'QUOTE_USED',
  'RECONCILIATION_STATE',
  'REDEMPTION_STATE',
  'REFUND_EXCEEDS',
  'REQUEUE_CHANGED',
  'REVERSAL_EXCEEDS',
  'REWARD_NOT_SUPPORTED',
  'SCHEME_UNKNOWN',
  'SECOND_PERSON_NEEDED',
  'SIGNATURE_INVALID',
  'SUPPLIER_REFERENCE_TAKEN',
  'SUPPLIER_UNAVAILABLE',
  'TOO_EARLY',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/**
 * One thing wrong with a request: a JSON pointer into the body, or `/query/name`, and a sentence. One in both languages is told in
 * the caller's: whoever finds the fault need not know who asked.
 */
export interface FieldError {
  readonly pointer: string;
  readonly message: string | Bilingual;
}

/** What a problem carries beside its code; `operationId` and `linkId` are UUIDs and leave as public ids. */
export interface ProblemDetails {
  readonly errors?: readonly FieldError[];
  readonly reason?: RefusalReason;
  readonly supplierCode?: string;
  readonly operationId?: string;
  readonly linkId?: string;
  readonly retryAfterSeconds?: number;
  /** Where the resource stands instead of where it would have to. */
  readonly state?: string;
}

/** A refusal that the caller is told about; anything else thrown is an INTERNAL error. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails = {},
  ) {
    super(code);
  }
}

/** A 422 INVALID for one field. */
export function invalid(pointer: string, message: FieldError['message']): Problem {
  return new Problem('INVALID', { errors: [{ pointer, message }] });
}
