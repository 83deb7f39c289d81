import pRetry, { AbortError } from 'p-retry';
import type { VerifyInput, Verified } from '../../spec/adapter.js';
import { AdapterFault, type RefusalReason } from '../../spec/errors.js';
import type { Holder } from '../../spec/values.js';
import type { Supplier } from '../supplier/ports.js';
import { spelling } from './holder.js';

/** How a verification ended; `later` when the supplier could not be asked in time. */
export type Verification =
  | { readonly outcome: 'verified'; readonly verified: Verified }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason; readonly supplierCode: string }
  | { readonly outcome: 'later'; readonly detail: string };

/** More would weigh on a supplier in trouble; a link that cannot be verified now is verified on later. */
const ASK_AGAIN = 1;

/** Asks the supplier whether the number is this holder's. A read: tried once more within `withinMs`, never beyond. */
export async function verify(
  supplier: Supplier,
  asked: { readonly memberNumber: string; readonly holder: Holder; readonly form: Readonly<Record<string, string>> },
  withinMs: number,
): Promise<Verification> {
  const { linking } = supplier.adapter;
  if (linking === undefined) return { outcome: 'verified', verified: { handle: {} } };
  const signal = AbortSignal.timeout(withinMs);
  const input: VerifyInput = {
    memberNumber: asked.memberNumber,
    name: spelling(asked.holder, supplier.scheme.nameRule),
    document: asked.holder.document,
    form: asked.form,
  };
  const secrets = [asked.memberNumber, ...Object.values(asked.form)];
  try {
    const verified = await pRetry(
      () => linking.verify(supplier.context({ secrets, signal }), input).catch(stopOnAnswers),
      { retries: ASK_AGAIN, minTimeout: 100, maxTimeout: 1_000, randomize: true, signal },
    );
    return { outcome: 'verified', verified };
  } catch (error) {
    return concluded(error);
  }
}

/** Only what a second call can change is asked a second time. */
function stopOnAnswers(error: unknown): never {
  const again =
    error instanceof AdapterFault &&
    (error.fault.kind === 'not-sent' || error.fault.kind === 'unknown-outcome' || error.fault.kind === 'rate-limited');
  if (again) throw error;
  throw new AbortError(error instanceof Error ? error : new Error('not an error'));
}

function concluded(error: unknown): Verification {
  if (!(error instanceof AdapterFault))
    return { outcome: 'later', detail: error instanceof Error ? error.name : 'unknown' };
  const { fault } = error;
  switch (fault.kind) {
    case 'rejected':
      return { outcome: 'refused', reason: fault.reason, supplierCode: fault.supplierCode };
    case 'unmapped':
      return { outcome: 'refused', reason: 'supplier-refused', supplierCode: fault.supplierCode };
    case 'not-sent':
    case 'unknown-outcome':
    case 'rate-limited':
    case 'auth':
      return { outcome: 'later', detail: fault.kind };
    default:
      return fault satisfies never;
  }
}
