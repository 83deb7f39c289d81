import { isFinal } from '../../spec/operation.js';
import { signedPoints } from '../operation/signed-points.js';
import type { OperationRow } from '../operation/row.js';
import type { KeptNotification } from './ports.js';

/**
 * What a push says against an operation that is final, as points signed from the member; `null` points: the supplier has none. Without
 * a contradiction `null`. A final state never changes: the difference is a break, for a person.
 */
export function contradiction(
  operation: Pick<OperationRow, 'state' | 'kind' | 'points' | 'bonusPoints'>,
  told: KeptNotification,
  matches: boolean,
): { readonly theirPoints: number | null } | null {
  if (!isFinal(operation.state)) return null;
  const moved = operation.state === 'posted' || operation.state === 'confirmed';
  if (told.type === 'operation.refused') return moved && matches ? { theirPoints: null } : null;
  const ours = signedPoints(operation);
  // The same points for somebody else are no difference in points; that they do not match is told as it is.
  if (moved && (matches || told.points === undefined || Math.abs(told.points) === Math.abs(ours))) return null;
  return { theirPoints: Math.sign(ours) * Math.abs(told.points ?? ours) };
}
