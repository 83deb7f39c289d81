import type { OperationRow } from '../operation/row.js';
import { released } from '../operation/redemption-outcome.js';
import type { Snapshot } from '../operation/snapshot.js';
import { judgeRelease } from '../redemption/act.js';
import type { Act } from '../redemption/ports.js';

/** Whether our own fault set an operation aside before any of it left: that the supplier has nothing of it needs no proof. */
export function neverLeft({ state, reviewReason, everSent }: Snapshot): boolean {
  return state === 'needs-review' && reviewReason === 'quarantined' && !everSent;
}

/**
 * What cancelling makes of an operation: of a redemption, what its platform's release does. Throws a Problem for a redemption that
 * cannot be released; a write that was attempted has to be kept from it before.
 */
export function cancelling(operation: OperationRow, snapshot: Snapshot, canFind: boolean): Act {
  const evidence = { by: 'person' };
  if (operation.kind !== 'redemption') {
    return { act: 'become', decision: { to: 'cancelled', nextActionInMs: null, reviewReason: null, evidence } };
  }
  if (neverLeft(snapshot)) return { act: 'become', decision: released(evidence) };
  return judgeRelease(operation, snapshot, { canFind });
}
