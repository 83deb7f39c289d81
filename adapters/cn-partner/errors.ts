import type { JsonRecord } from '../../src/kit/answer.js';
import { commonFault, jsonObject } from '../../src/kit/answer.js';
import { retryAfterMs } from '../../src/kit/retry-after.js';
import type { HttpResponse } from '../../src/spec/adapter.js';
import type { Fault, RefusalReason } from '../../src/spec/errors.js';
import { AdapterFault } from '../../src/spec/errors.js';

/**
 * The contract's business refusals. Two of its codes are left out on purpose and go to a person: INVALID means that we and the
 * supplier disagree about the contract, and KEY_REUSED that some earlier request of ours under that key stands.
 */
const REFUSALS = new Map<string, RefusalReason>([
  ['MEMBER_NOT_FOUND', 'member-not-found'],
  ['NAME_MISMATCH', 'name-mismatch'],
  ['NOT_ELIGIBLE', 'not-eligible-fare'],
  ['NOT_FOUND', 'activity-not-found'],
  ['INSUFFICIENT_POINTS', 'insufficient-points'],
  ['BELOW_FIRST_REDEMPTION', 'below-minimum'],
  ['BENEFICIARY_NOT_EFFECTIVE', 'beneficiary-not-effective'],
  ['HOLD_EXPIRED', 'hold-expired'],
]);

/** Codes are capitals and underscores; any other text may quote a member and goes no further. */
const CODE = /^[A-Z][A-Z_]{1,39}$/;

/** The refusal that a code of the supplier's stands for; `supplier-refused` for one the table does not know. */
export function refusal(code: string): { readonly reason: RefusalReason; readonly supplierCode: string } {
  return CODE.test(code)
    ? { reason: REFUSALS.get(code) ?? 'supplier-refused', supplierCode: code }
    : { reason: 'supplier-refused', supplierCode: 'UNREADABLE' };
}

/** The `code` of an error answer; `undefined` where there is none to be read. */
export function codeOf(response: HttpResponse): string | undefined {
  let record: JsonRecord;
  try {
    record = jsonObject(response);
  } catch {
    return undefined;
  }
  const code = record['code'];
  return typeof code === 'string' && CODE.test(code) ? code : undefined;
}

/** What an answer other than 2xx means; `null` for 2xx. The supplier's `message` stays out: it may quote the member. */
export function faultOf(response: HttpResponse): AdapterFault | null {
  const { status } = response;
  if (status >= 200 && status < 300) return null;
  const code = codeOf(response);
  if (status === 503 && code === 'BUSY') return new AdapterFault(busy(response));
  const common = commonFault(response);
  if (common !== null) return common;
  // 408 is a gateway giving up on a request that may have arrived.
  if (status < 400 || status === 408) return unbelievable(`HTTP ${status}`);
  const reason = code === undefined ? undefined : REFUSALS.get(code);
  if (code !== undefined && reason !== undefined) {
    return new AdapterFault({ kind: 'rejected', reason, supplierCode: code });
  }
  return new AdapterFault({ kind: 'unmapped', supplierCode: code ?? `HTTP ${status}` });
}

/** As `faultOf`, for the steps after a hold: to them, a redemption that the supplier does not have is a hold that it lost. */
export function faultOfHeld(response: HttpResponse): AdapterFault | null {
  const found = faultOf(response);
  if (found?.fault.kind !== 'rejected' || found.fault.supplierCode !== 'NOT_FOUND') return found;
  return new AdapterFault({ ...found.fault, reason: 'hold-expired' });
}

/** The contract documents BUSY as not processed; with a Retry-After it also says when to come back. */
function busy(response: HttpResponse): Fault {
  const after = retryAfterMs(response);
  return after === undefined ? { kind: 'not-sent', detail: 'BUSY' } : { kind: 'rate-limited', retryAfterMs: after };
}

/** An answer that came whole and cannot be believed. */
export function unbelievable(detail: string): AdapterFault {
  return new AdapterFault({ kind: 'unknown-outcome', detail });
}
