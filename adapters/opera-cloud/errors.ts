import type { JsonRecord } from '../../src/kit/answer.js';
import { commonFault, jsonObject, optionalText, recordList } from '../../src/kit/answer.js';
import { rejected, unbelievable, unmapped } from '../../src/kit/faults.js';
import type { HttpResponse } from '../../src/spec/adapter.js';
import type { AdapterFault, RefusalReason } from '../../src/spec/errors.js';

/** The codes go to customers only; this one was read in public integrations, and certification has to add the rest. */
const REFUSALS = new Map<string, RefusalReason>([['OPERAWS-CRM00073', 'member-not-found']]);

/** A module and five digits, says the supplier's guide; any other text may quote a member and goes no further. */
const CODE = /^(?:OPERAWS-)?[A-Z]{3}\d{5}$/;

/** The content of a 200; `null` for 204, this supplier's "nothing found"; anything else is a fault. */
export function found(response: HttpResponse): JsonRecord | null {
  if (response.status === 204) return null;
  if (response.status === 200) return jsonObject(response);
  throw faultOf(response);
}

/** What an undocumented answer means; 408 is a gateway that gave up on a request which may have arrived. */
export function faultOf(response: HttpResponse): AdapterFault {
  const { status } = response;
  const common = commonFault(response);
  if (common !== null) return common;
  if (status < 400 || status === 408) return unbelievable(`HTTP ${status}`);
  const supplierCode = codeOf(response) ?? `HTTP_${status}`;
  const reason = REFUSALS.get(supplierCode);
  return reason === undefined ? unmapped(supplierCode) : rejected(reason, supplierCode);
}

/** `exceptionDetailType`: the code stands at the top, or in the first detail that has one. */
function codeOf(response: HttpResponse): string | undefined {
  try {
    const problem = jsonObject(response);
    return [problem, ...recordList(problem, 'o:errorDetails')].map(ownCode).find((code) => code !== undefined);
  } catch {
    return undefined;
  }
}

function ownCode(record: JsonRecord): string | undefined {
  const code = optionalText(record, 'o:errorCode');
  return code !== undefined && CODE.test(code) ? code : undefined;
}
