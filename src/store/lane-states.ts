import type { Lane } from '../core/operation/ports.js';
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

/** The states whose next action belongs to a lane. */
export const LANE_STATES: Readonly<Record<Lane, readonly OperationState[]>> = {
  live: LIVE_STATES,
  lookup: LOOKUP_STATES,
};
