/** Every reason for which a supplier or Interline refuses, one vocabulary for all schemes (gateway-api.md, "Refusals"). */
export const REFUSAL_REASONS = [
  'member-not-found',
  'name-mismatch',
  'document-mismatch',
  'member-suspended',
  'member-closed',
  'member-merged',
  'verification-locked',
  'not-eligible-fare',
  'not-eligible-channel',
  'not-eligible-person',
  'activity-not-found',
  'already-credited',
  'too-early',
  'too-late',
  'insufficient-points',
  'below-minimum',
  'cap-reached',
  'beneficiary-not-effective',
  'reward-unavailable',
  'price-changed',
  'quote-expired',
  'hold-expired',
  'policy-refused',
  'fraud-stop',
  'supplier-refused',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/**
 * What went wrong at a supplier, as an adapter tells it.
 * - `not-sent`: no byte of the request reached the supplier, or the contract documents "not processed"; safe to repeat.
 * - `rate-limited`: throttled and not processed; `retryAfterMs` when the supplier said how long.
 * - `rejected`: a definite business refusal from the adapter's table.
 * - `unmapped`: a refusal the table does not know; a person decides.
 * - `auth`: our credentials were refused; nothing was processed.
 * - `unknown-outcome`: we cannot tell whether the supplier performed the write. `resume` is a token of the supplier's that the
 *   next `perform` or `find` of the same operation is given.
 */
export type Fault =
  | { readonly kind: 'not-sent'; readonly detail: string }
  | { readonly kind: 'rate-limited'; readonly retryAfterMs?: number | undefined }
  | {
      readonly kind: 'rejected';
      readonly reason: RefusalReason;
      readonly supplierCode: string;
      readonly message?: string | undefined;
    }
  | { readonly kind: 'unmapped'; readonly supplierCode: string; readonly message?: string | undefined }
  | { readonly kind: 'auth'; readonly detail: string }
  | { readonly kind: 'unknown-outcome'; readonly detail: string; readonly resume?: string | undefined };

/** Thrown by adapters and by the kit's http; anything else an adapter throws after a write was sent counts as an unknown outcome. */
export class AdapterFault extends Error {
  override readonly name = 'AdapterFault';
  constructor(readonly fault: Fault) {
    super(
      `${fault.kind}${'detail' in fault ? `: ${fault.detail}` : 'supplierCode' in fault ? `: ${fault.supplierCode}` : ''}`,
    );
  }
}
