import type { JsonRecord } from '../../src/kit/answer.js';
import { commonFault, jsonObject, optionalText, requiredText } from '../../src/kit/answer.js';
import type { HttpResponse } from '../../src/spec/adapter.js';
import type { RefusalReason } from '../../src/spec/errors.js';
import { AdapterFault } from '../../src/spec/errors.js';

/** `statusMessage` as `codeOf` writes it: the first three from the RAML's enum, the rest from the manual's samples. */
const REFUSALS = new Map<string, RefusalReason>([
  ['UNKNOWN_MEMBER', 'member-not-found'],
  ['MAXIMUM_ATTEMPTS_EXCEEDED', 'verification-locked'],
  ['INELIGIBLE', 'not-eligible-person'],
  ['LIMIT_EXCEEDED', 'cap-reached'],
  ['INSUFFICIENT_BALANCE', 'insufficient-points'],
]);

/** What a `failure` of RetryTransaction says when the first attempt had been booked after all (the manual's sample). */
const ALREADY_SUCCEEDED = 'TRANSACTION_ALREADY_SUCCEEDED';

/** What the body's `status` says; the HTTP status of the same answer is 200 whichever it is. */
export type Outcome = 'success' | 'failure' | 'system-error';

/** The answer's content. Every business answer is HTTP 200 with a JSON object; anything else is a fault. */
export function contentOf(response: HttpResponse): JsonRecord {
  if (response.status === 200) return jsonObject(response);
  throw faultOfStatus(response);
}

/**
 * As `contentOf`, with the one other answer a reversal has: 400 for a transaction the programme does not know. It
 * repeats the id it was asked about, which a 400 for a malformed request could not.
 */
export function contentOfReversal(response: HttpResponse, transactionId: string): JsonRecord {
  if (response.status !== 400) return contentOf(response);
  if (isFailureOf(response, transactionId)) throw rejected('activity-not-found', 'NO_SUCH_TRANSACTIONID');
  throw faultOfStatus(response);
}

/** Reads `status`; any other than the contract's, or a failure called SUCCESS, is an unknown outcome. */
export function outcomeOf(content: JsonRecord): Outcome {
  const status = requiredText(content, 'status');
  if (status === 'success') return 'success';
  if (status === 'systemError') return 'system-error';
  if (status !== 'failure' || codeOf(content) === 'SUCCESS') throw unbelievable('status is not to be understood');
  return 'failure';
}

/** Whether a `failure` refuses only because the same transaction is booked. */
export function alreadySucceeded(content: JsonRecord): boolean {
  return codeOf(content) === ALREADY_SUCCEEDED;
}

/** The fault behind a `failure`. Free text stays out: it may quote the member, and no table can know it. */
export function failure(content: JsonRecord): AdapterFault {
  const code = codeOf(content);
  if (code === undefined) return new AdapterFault({ kind: 'unmapped', supplierCode: 'NO_MESSAGE' });
  const reason = REFUSALS.get(code);
  if (reason === undefined) return new AdapterFault({ kind: 'unmapped', supplierCode: 'FREE_TEXT' });
  return rejected(reason, code);
}

/** The programme took the request and cannot say what became of it; `transactionId` is what RetryTransaction wants. */
export function systemError(transactionId?: string): AdapterFault {
  return new AdapterFault({ kind: 'unknown-outcome', detail: 'systemError', resume: transactionId });
}

/** An answer that came whole and cannot be believed. */
export function unbelievable(detail: string): AdapterFault {
  return new AdapterFault({ kind: 'unknown-outcome', detail });
}

/** "Error: Unknown Member" (the manual) and "UNKNOWN_MEMBER" (the RAML) are the same word. */
function codeOf(content: JsonRecord): string | undefined {
  return optionalText(content, 'statusMessage')
    ?.replace(/^\s*error\s*:/i, '')
    .trim()
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

function isFailureOf(response: HttpResponse, transactionId: string): boolean {
  try {
    const content = jsonObject(response);
    return outcomeOf(content) === 'failure' && optionalText(content, 'transactionId') === transactionId;
  } catch {
    return false;
  }
}

/**
 * What an answer without a business answer means. 408 is a gateway giving up on a request that may have arrived, so it
 * is no refusal.
 */
export function faultOfStatus(response: HttpResponse): AdapterFault {
  const { status } = response;
  const common = commonFault(response);
  if (common !== null) return common;
  if (status < 400 || status === 408) return unbelievable(`HTTP ${status}`);
  return new AdapterFault({ kind: 'unmapped', supplierCode: `HTTP_${status}` });
}

function rejected(reason: RefusalReason, supplierCode: string): AdapterFault {
  return new AdapterFault({ kind: 'rejected', reason, supplierCode });
}
