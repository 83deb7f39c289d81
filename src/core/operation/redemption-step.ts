import type { OperationState, RedemptionState, RedemptionStep } from '../../spec/operation.js';
import type { Snapshot } from './snapshot.js';

const STEP_OF: Readonly<Partial<Record<OperationState, RedemptionStep>>> = {
  requested: 'hold',
  holding: 'hold',
  confirming: 'confirm',
  releasing: 'release',
};

/** The step that a redemption is about to take, or the outcome of which is open: whose rules decide about it. */
export function stepOf({
  state,
  step,
  intent,
}: Pick<Snapshot, 'step' | 'intent'> & { readonly state: OperationState }): RedemptionStep {
  if (state === 'held') return intent ?? 'hold';
  return STEP_OF[state] ?? step ?? 'hold';
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
