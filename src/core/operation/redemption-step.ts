import type { OperationState, RedemptionState, RedemptionStep } from '../../spec/operation.js';
import type { Snapshot } from './snapshot.js';

/** The step that a redemption is about to take, or the outcome of which is open: whose rules decide about it. */
export function stepOf({
  state,
  step,
  intent,
}: Pick<Snapshot, 'step' | 'intent'> & { readonly state: OperationState }): RedemptionStep {
  switch (state) {
    case 'requested':
    case 'holding':
      return 'hold';
    case 'confirming':
      return 'confirm';
    case 'releasing':
      return 'release';
    case 'held':
      return intent ?? 'hold';
    default:
      return step ?? 'hold';
  }
}

/** The state of a redemption while a step is under way. */
export function underWay(step: RedemptionStep): RedemptionState {
  switch (step) {
    case 'hold':
      return 'holding';
    case 'confirm':
      return 'confirming';
    case 'release':
      return 'releasing';
    default:
      return step satisfies never;
  }
}

/** Where a redemption stands when a step has definitely had no effect. */
export function before(step: RedemptionStep): 'requested' | 'held' {
  return step === 'hold' ? 'requested' : 'held';
}
