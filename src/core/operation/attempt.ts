import { crashPoint } from '../../spec/crash-point.js';
import { AdapterFault, type Fault } from '../../spec/errors.js';
import type { MemberVault } from '../link/vault.js';
import type { Exchange, Lease, Supplier } from '../supplier/ports.js';
import { asMeant } from './code-meaning.js';
import { echoes } from './echo.js';
import { faultOf, lookWith, nameOf } from './look.js';
import type { AttemptReport, Claimed } from './ports.js';
import { prepareCall } from './prepare-call.js';
import type { Learnt } from './snapshot.js';

/** How an attempt ended: what was learnt and what is kept of it. */
export interface Attempted {
  readonly learnt: Learnt;
  readonly report: AttemptReport;
}

/**
 * Carries a claimed operation to its supplier once: the send, the same send again, or a look-up. Never throws: whatever goes
 * wrong is something learnt, and what cannot be classified is an unknown outcome.
 */
export async function attempt(
  claimed: Claimed,
  supplier: Supplier,
  vault: MemberVault,
  lease: Lease,
): Promise<Attempted> {
  const started = performance.now();
  const exchanges: Exchange[] = [];
  let learnt: Learnt;
  try {
    learnt = await call(claimed, supplier, vault, lease, (exchange) => exchanges.push(exchange));
  } catch (error) {
    learnt =
      claimed.act === 'look-up'
        ? { type: 'look-up-failed', fault: faultOf(error) }
        : asMeant(failedSend(error, exchanges), supplier.scheme);
  }
  crashPoint('after-parse');
  return {
    learnt,
    report: {
      outcome: outcomeOf(learnt),
      status: exchanges.at(-1)?.status ?? null,
      latencyMs: Math.round(performance.now() - started),
      detail: detailOf(learnt),
      exchanges,
    },
  };
}

async function call(
  claimed: Claimed,
  supplier: Supplier,
  vault: MemberVault,
  lease: Lease,
  observe: (exchange: Exchange) => void,
): Promise<Learnt> {
  const asking = prepareCall(claimed, supplier, vault, { observe, lease, admitted: true });
  if (claimed.act === 'look-up') return lookWith(asking);
  const { write, context, input, attempt: given, asked } = asking;
  const receipt = await write.perform(context, input, given);
  return { type: 'receipt', receipt, matches: echoes(receipt, asked) };
}

/**
 * A send that threw. What the adapter says is believed unless a write went out and its answer was lost: that is an unknown
 * outcome whatever came after it. Conversely nothing is unknown when no write went out at all, say because a token could not be had.
 */
function failedSend(error: unknown, exchanges: readonly Exchange[]): Learnt {
  const writes = exchanges.filter((exchange) => exchange['effect'] === 'write' && exchange['outcome'] !== 'not-sent');
  if (!(error instanceof AdapterFault)) return { type: 'bug', sent: writes.length > 0, detail: nameOf(error) };
  const { fault } = error;
  const lost = writes.some((exchange) => exchange['outcome'] === 'unknown');
  if (fault.kind === 'unknown-outcome') {
    return writes.length > 0
      ? { type: 'fault', fault }
      : { type: 'fault', fault: { kind: 'not-sent', detail: fault.detail } };
  }
  return {
    type: 'fault',
    fault: lost ? { kind: 'unknown-outcome', detail: `lost before: ${describe(fault)}` } : fault,
  };
}

function describe(fault: Fault): string {
  switch (fault.kind) {
    case 'not-sent':
    case 'auth':
    case 'unknown-outcome':
      return `${fault.kind}: ${fault.detail}`;
    case 'rejected':
    case 'unmapped':
      return `${fault.kind}: ${fault.supplierCode}`;
    case 'rate-limited':
      return fault.kind;
    default:
      return fault satisfies never;
  }
}

function detailOf(learnt: Learnt): string | null {
  if (learnt.type === 'bug') return learnt.detail;
  return 'fault' in learnt ? describe(learnt.fault) : null;
}

function outcomeOf(learnt: Learnt): string {
  if (learnt.type === 'fault') return learnt.fault.kind;
  if ('matches' in learnt && !learnt.matches) return 'mismatch';
  return learnt.type;
}
