import type { Caller } from '../access/caller.js';
import { Problem } from '../problem.js';

/** The tenant that the operator itself is; its keys administer. */
export const OPERATOR = '00000000-0000-0000-0000-000000000000';

export function isOperatorAdmin({ tenantId, scopes, organisation }: Caller): boolean {
  return tenantId === OPERATOR && scopes.has('admin') && organisation === null;
}

/** The scope alone is not enough: a tenant's key that was given it administers nothing. */
export function requireOperator(caller: Caller): void {
  if (!isOperatorAdmin(caller)) throw new Problem('FORBIDDEN');
}
