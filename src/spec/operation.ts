/** What an operation asks of a scheme; the kind says the direction of the points. */
export const OPERATION_KINDS = [
  'accrual',
  'expectation',
  'attachment',
  'reversal',
  'redemption',
  'refund',
  'change',
  'transfer',
  'mirror',
  'claim',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** States of everything that is one write at the supplier: all kinds but expectation and redemption. */
export const WRITE_STATES = [
  'scheduled',
  'queued',
  'sending',
  'submitted',
  'unknown',
  'posted',
  'rejected',
  'cancelled',
  'needs-review',
] as const;
export type WriteState = (typeof WRITE_STATES)[number];

export const EXPECTATION_STATES = [
  'expected',
  'overdue',
  'claimed',
  'posted',
  'different',
  'refused',
  'cancelled',
] as const;

export const REDEMPTION_STATES = [
  'awaiting-approval',
  'requested',
  'holding',
  'held',
  'confirming',
  'confirmed',
  'releasing',
  'released',
  'expired',
  'rejected',
  'unknown',
  'needs-review',
] as const;

export type RedemptionState = (typeof REDEMPTION_STATES)[number];

/** The calls of a redemption: hold and release only where the supplier has a hold. */
export type RedemptionStep = 'hold' | 'confirm' | 'release';

export type OperationState = WriteState | (typeof EXPECTATION_STATES)[number] | RedemptionState;

/** States that never change again; `needs-review` is parked and counted, not final. */
export const FINAL_STATES = [
  'posted',
  'confirmed',
  'released',
  'expired',
  'rejected',
  'cancelled',
  'refused',
] as const satisfies readonly OperationState[];

export function isFinal(state: OperationState): boolean {
  return (FINAL_STATES as readonly OperationState[]).includes(state);
}

/** Why an operation waits for a person. */
export type ReviewReason =
  | 'awaiting-file'
  | 'deadline'
  | 'unmapped-refusal'
  | 'look-ups-exhausted'
  | 'absent'
  | 'possible-duplicate'
  | 'evidence-mismatch'
  | 'supplier-reference-taken'
  | 'quarantined'
  | 'hold-overdue'
  | 'not-supported';
