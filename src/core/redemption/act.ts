import type { Timing } from '../../spec/scheme.js';
import { holdOutlastsConfirm } from '../operation/plan-redemption.js';
import { isRedemption, type RedemptionSnapshot, type Snapshot } from '../operation/snapshot.js';
import { Problem } from '../problem.js';
import type { Act, OperationRow } from './ports.js';

/** Where a redemption's scheme stands for an act: its times, and whether it can be asked what became of a confirm. */
export interface ActRules {
  readonly timing: Timing;
  readonly canFind: boolean;
}

/**
 * The pivot: `held → confirming`. From its commit on nothing releases the points but the supplier's word that none were spent. A
 * confirm that is asked for again while it waits to be sent is the same confirm.
 */
export function judgeConfirm(redemption: OperationRow, snapshot: Snapshot, { timing }: ActRules): Act {
  const at = heldOrProblem(redemption, snapshot);
  if (at.intent === 'confirm') return { act: 'nothing' };
  if (at.intent === 'release') throw standing(redemption);
  if (!holdOutlastsConfirm(at, { timing })) throw new Problem('HOLD_ENDING', { operationId: redemption.id });
  const deadlineInMs = timing.stepDeadlineMs;
  return {
    act: 'become',
    decision: { to: 'confirming', nextActionInMs: 0, step: 'confirm', intent: 'confirm', deadlineInMs },
  };
}

/**
 * Lets go of the points. Before anything is held, or where the hold is ours, at once; a hold of the supplier's by a call. While an
 * outcome is open the wish is noted and carried out once it is known: a confirm of unknown outcome is looked at first, which needs a
 * scheme that can be asked.
 */
export function judgeRelease(
  redemption: OperationRow,
  snapshot: Snapshot,
  { canFind }: Pick<ActRules, 'canFind'>,
): Act {
  if (!isRedemption(snapshot)) throw new Problem('NOT_FOUND');
  switch (snapshot.state) {
    case 'requested':
      return atOnce();
    case 'held':
      if (snapshot.intent === 'release') return { act: 'nothing' };
      return snapshot.hold?.kind === 'soft'
        ? atOnce()
        : {
            act: 'become',
            decision: { to: 'releasing', nextActionInMs: 0, step: 'release', intent: 'release' },
          };
    case 'holding':
      return { act: 'note', intent: 'release' };
    case 'unknown':
      if (snapshot.step === 'confirm' && !canFind) throw standing(redemption);
      return { act: 'note', intent: 'release' };
    case 'awaiting-approval':
    case 'confirming':
    case 'confirmed':
    case 'releasing':
    case 'released':
    case 'expired':
    case 'rejected':
    case 'needs-review':
      throw standing(redemption);
    default:
      return snapshot.state satisfies never;
  }
}

function atOnce(): Act {
  return { act: 'become', decision: { to: 'released', nextActionInMs: null, evidence: { by: 'platform' } } };
}

function heldOrProblem(redemption: OperationRow, snapshot: Snapshot): RedemptionSnapshot {
  if (!isRedemption(snapshot)) throw new Problem('NOT_FOUND');
  if (snapshot.state !== 'held') throw standing(redemption);
  return snapshot;
}

function standing({ id, state }: OperationRow): Problem {
  return new Problem('REDEMPTION_STATE', { operationId: id, state });
}
