import type { NewOperation, OperationAnswer, OperationAnswers } from '../../../src/core/operation/ports.js';
import { type IdempotentRequest } from '../../../src/core/answer.js';
import { Problem } from '../../../src/core/problem.js';
import { canonicalJson } from '../../../src/spec/canonical.js';
import { parkedAsDuplicate } from '../../../src/store/activities.js';
import type { Base } from './base.js';
import type { ActivityHolder } from './tables.js';

/** What claiming an operation's activity comes to: it may be written, perhaps parked, or another holds the activity. */
export type ActivityClaim = { readonly operation: NewOperation } | { readonly heldBy: ActivityHolder };

/** Claims the activity within the link, then over all links of the scheme, where the first named stays first. */
export function claimActivity({ tables }: Base, operation: NewOperation): ActivityClaim {
  const { tenantId, scheme, linkId, activityKey, id: operationId } = operation;
  if (activityKey === null) return { operation };
  const name = `${tenantId}|${scheme}|${linkId}|${activityKey}`;
  const heldBy = tables.activities.get(name);
  if (heldBy !== undefined) return { heldBy };
  const holder = { tenantId, operationId, content: contentOf(operation) };
  tables.activities.set(name, holder);
  if (operation.activity === null) return { operation };
  const trip = `${scheme}|${activityKey}`;
  if (tables.firsts.has(trip)) return { operation: parkedAsDuplicate(operation) };
  tables.firsts.set(trip, holder);
  return { operation };
}

/** Equal content: the first operation. Other content: refused, with its id. */
export function existingAnswer(
  { tables }: Base,
  operation: NewOperation,
  heldBy: ActivityHolder,
  answers: OperationAnswers,
  request: IdempotentRequest,
): OperationAnswer {
  const first = tables.operations.get(heldBy.operationId);
  if (first === undefined) throw new Error('an activity without its operation');
  if (heldBy.content === contentOf(operation)) return answers.existing(first);
  return { ...request.refuse(new Problem('ACTIVITY_EXISTS', { operationId: first.id })), operationId: first.id };
}

function contentOf({ activity, points, bonusPoints, reason }: NewOperation): string {
  return canonicalJson({ activity, points, bonusPoints, reason });
}
