import type { components } from '../../contracts/generated/reference.js';
import type { WireAnswer } from '../platform.js';

/** The contract's own schemas. */
export type Wire = components['schemas'];

/** The contract's codes with their HTTP status. */
const STATUSES = {
  INVALID: 422,
  UNAUTHORISED: 401,
  THROTTLED: 429,
  BUSY: 503,
  MEMBER_NOT_FOUND: 404,
  NAME_MISMATCH: 422,
  NOT_ELIGIBLE: 422,
  INSUFFICIENT_POINTS: 422,
  ACCRUAL_NOT_FOUND: 404,
  HOLD_ENDED: 409,
  KEY_REUSED: 409,
  OPERATION_NOT_FOUND: 404,
  DAY_NOT_CLOSED: 404,
} as const;

/** One of the contract's codes, or one that a programme added. */
export type Code = keyof typeof STATUSES | (string & {});

/** A refusal in the contract's form; codes of a programme's own come with 422. */
export function refusal(code: Code, message?: string): WireAnswer {
  const status = new Map<string, number>(Object.entries(STATUSES)).get(code) ?? 422;
  const body: Wire['Error'] = { code, ...(message === undefined ? {} : { message }) };
  return { status, body };
}

/** A body that breaks the contract's rules. */
export function invalid(complaint: string): WireAnswer {
  return refusal('INVALID', complaint);
}

/** A reference in the right form that is not this one, for the fault `wrongEcho`. */
export function otherReference(reference: string): string {
  return `${(Number(reference[0]) + 1) % 10}${reference.slice(1)}`;
}
