import { commonFault, jsonObject } from '../../src/kit/answer.js';
import { retryAfterMs } from '../../src/kit/retry-after.js';
import type { HttpResponse } from '../../src/spec/adapter.js';
import { AdapterFault, type Fault, type RefusalReason } from '../../src/spec/errors.js';

/** What a programme's codes mean; a code that is not among them goes to a person. */
export type Refusals = ReadonlyMap<string, RefusalReason>;

/**
 * The contract's business refusals. INVALID and KEY_REUSED are left out on purpose: the first means that we and the programme
 * disagree about the contract, the second that an earlier request of ours stands.
 */
const REFUSALS: readonly (readonly [string, RefusalReason])[] = [
  ['MEMBER_NOT_FOUND', 'member-not-found'],
  ['NAME_MISMATCH', 'name-mismatch'],
  ['NOT_ELIGIBLE', 'not-eligible-fare'],
  ['INSUFFICIENT_POINTS', 'insufficient-points'],
  ['ACCRUAL_NOT_FOUND', 'activity-not-found'],
  ['HOLD_ENDED', 'hold-expired'],
];

/** The form of a code; any other text may quote a member and goes no further. */
const CODE = /^[A-Z][A-Z_]{1,39}$/;

/** The contract's table and, over it, what a programme adds. */
export function refusalsWith(own: Readonly<Record<string, RefusalReason>>): Refusals {
  return new Map([...REFUSALS, ...Object.entries(own)]);
}

/** A refusal that came as evidence, later: it is definite, also under a code that nobody knows. */
export function refusedAs(code: string, refusals: Refusals) {
  const supplierCode = CODE.test(code) ? code : 'UNREADABLE';
  return { reason: refusals.get(supplierCode) ?? ('supplier-refused' as const), supplierCode };
}

/** The `code` of an error answer; `undefined` where there is none to be read. */
export function codeOf(response: HttpResponse): string | undefined {
  try {
    const { code } = jsonObject(response);
    return typeof code === 'string' && CODE.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** The answer where it is a success; throws what any other means. Its `message` stays out, since it may quote the member. */
export function succeeded(response: HttpResponse, refusals: Refusals): HttpResponse {
  const { status } = response;
  if (status >= 200 && status < 300) return response;
  const code = codeOf(response);
  if (status === 503 && code === 'BUSY') throw new AdapterFault(busy(response));
  // 408 is a gateway giving up on a request that may have arrived.
  if (status < 400 || status === 408) throw unbelievable(`HTTP ${status}`);
  const common = commonFault(response);
  if (common !== null) throw common;
  const supplierCode = code ?? `HTTP ${status}`;
  const reason = refusals.get(supplierCode);
  throw new AdapterFault(
    reason === undefined ? { kind: 'unmapped', supplierCode } : { kind: 'rejected', reason, supplierCode },
  );
}

/** An answer that came whole and cannot be believed. */
export function unbelievable(detail: string): AdapterFault {
  return new AdapterFault({ kind: 'unknown-outcome', detail });
}

/** The contract documents BUSY as not processed; with a Retry-After it also says when to come back. */
function busy(response: HttpResponse): Fault {
  const after = retryAfterMs(response);
  return after === undefined ? { kind: 'not-sent', detail: 'BUSY' } : { kind: 'rate-limited', retryAfterMs: after };
}
