import type { Attempt, Found, Receipt, Write } from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';
import type { Bench } from './bench.js';

/** Sixty seconds between the two look-ups of an eventual supplier. */
const EVENTUAL_GAP_MS = 60_000;

/**
 * Brings an attempt whose outcome is unknown to its end, by nothing but what its write declares: `key` sends the same again,
 * `lookup` waits until absence may be believed, looks (twice where the look-up is eventual), and sends again only then.
 */
export async function recover<I>(bench: Bench, write: Write<I, never>, input: I, attempt: Attempt): Promise<Receipt> {
  switch (write.idempotency) {
    case 'key':
      return write.perform(bench.call().context, input, attempt);
    case 'lookup': {
      bench.advance(write.conclusiveAfterMs(bench.config));
      const found = await write.find(bench.call().context, input, attempt);
      if (found.found !== 'absent') return receiptOf(found);
      if (write.eventual) {
        bench.advance(EVENTUAL_GAP_MS);
        const again = await write.find(bench.call().context, input, attempt);
        if (again.found !== 'absent') return receiptOf(again);
      }
      return write.perform(bench.call().context, input, attempt);
    }
    case 'none':
      throw new Error('a write without recovery cannot be recovered');
    default:
      return write satisfies never;
  }
}

function receiptOf(found: Exclude<Found, { found: 'absent' }>): Receipt {
  if (found.found !== 'refused') return found.receipt;
  throw new AdapterFault({ kind: 'rejected', reason: found.reason, supplierCode: found.supplierCode });
}
