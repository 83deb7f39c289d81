import type { OperationState } from '../spec/operation.js';

/** The states of operations that are woken in the lane `live`: what a platform waits for. */
export const LIVE_STATES: readonly OperationState[] = ['scheduled', 'queued', 'requested', 'confirming', 'releasing'];

/** Those that are woken in `lookup`: outcomes to find out, and what only time moves on. */
export const LOOKUP_STATES: readonly OperationState[] = [
  'sending',
  'holding',
  'held',
  'unknown',
  'submitted',
  'needs-review',
];
