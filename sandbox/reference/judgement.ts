import type { Parts } from '../platform.js';
import type { Code } from './answers.js';
import type { Available } from './available.js';
import { type Begun, latest, type Operations } from './operations.js';
import type { Programme } from './programme.js';

/** What a write is judged by and done with. */
export interface WriteParts extends Parts {
  readonly programme: Programme;
  readonly operations: Operations;
  readonly available: Available;
}

/** What no programme takes, however it posts. */
export function refusalAtOnce(
  { memberNumber, points, accrual }: Begun,
  { members, operations }: WriteParts,
): Code | null {
  if (!members.byNumber(memberNumber)) return 'MEMBER_NOT_FOUND';
  if (accrual === undefined) return null;
  const original = operations.byReference(accrual);
  const posted = original?.kind === 'accrual' && latest(original).status === 'posted';
  if (!posted || original.memberNumber !== memberNumber) return 'ACCRUAL_NOT_FOUND';
  return operations.reversed(accrual) + points > original.points ? 'ACCRUAL_NOT_FOUND' : null;
}

/** What keeps an operation from being posted now; `null` for nothing. The programme's own amounts come first. */
export function refusalOf(operation: Begun, { members, programme, available }: WriteParts): Code | null {
  const drawn = programme.refusals.get(operation.points);
  if (drawn !== undefined) return drawn;
  const member = members.byNumber(operation.memberNumber);
  if (!member) return 'MEMBER_NOT_FOUND';
  return operation.kind !== 'accrual' && available.of(member) < operation.points ? 'INSUFFICIENT_POINTS' : null;
}
