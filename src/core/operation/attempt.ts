import type { AccrualInput, Attempt, Found, Member, ReversalInput } from '../../spec/adapter.js';
import { AdapterFault, type Fault } from '../../spec/errors.js';
import { points } from '../../spec/values.js';
import { memberOf, secretsOf } from '../link/member.js';
import type { MemberVault } from '../link/vault.js';
import type { Exchange, Lease, Supplier } from '../supplier/ports.js';
import { echoes, type Asked } from './echo.js';
import type { AttemptReport, Claimed } from './ports.js';
import { writeOf } from './recovery.js';
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
      claimed.act === 'look-up' ? { type: 'look-up-failed', fault: faultOf(error) } : failedSend(error, exchanges);
  }
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
  const { operation } = claimed;
  const write = writeOf(supplier.adapter, operation.kind);
  if (write === null) throw new AdapterFault({ kind: 'unmapped', supplierCode: 'capability-missing' });
  const member = vault.open(claimed.member);
  const context = supplier.context({ secrets: secretsOf(member), observe, lease });
  const asked: Asked = {
    reference: operation.reference,
    points: operation.points + operation.bonusPoints,
    memberNumber: member.memberNumber,
  };
  const input = inputOf(claimed, memberOf(member, supplier)) as never;
  const given: Attempt = {
    reference: operation.reference,
    createdAt: operation.createdAt.toISOString(),
    ...(claimed.resume === null ? {} : { resume: claimed.resume }),
  };
  if (claimed.act === 'look-up') {
    if (write.idempotency === 'none' || write.find === undefined) throw new Error('nothing to look up with');
    return learntBy(await write.find(context, input, given), asked);
  }
  const receipt = await write.perform(context, input, given);
  return { type: 'receipt', receipt, matches: echoes(receipt, asked) };
}

function learntBy(found: Found, asked: Asked): Learnt {
  switch (found.found) {
    case 'posted':
    case 'accepted':
      return {
        type: 'found',
        receipt: found.receipt,
        matches: echoes(found.receipt, asked),
        posted: found.found === 'posted',
      };
    case 'refused':
      return { type: 'found-refused', reason: found.reason, supplierCode: found.supplierCode };
    case 'absent':
      return { type: 'absent' };
    default:
      return found satisfies never;
  }
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

function faultOf(error: unknown): Fault {
  return error instanceof AdapterFault ? error.fault : { kind: 'unknown-outcome', detail: nameOf(error) };
}

/** The name only: the message of an unforeseen error may quote what the supplier said. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'not an error';
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

function inputOf(claimed: Claimed, member: Member): AccrualInput | ReversalInput {
  const { operation, original } = claimed;
  if (operation.kind === 'accrual' && operation.activity !== null) {
    return {
      member,
      activity: operation.activity,
      points: points(operation.points),
      bonusPoints: points(operation.bonusPoints),
    };
  }
  if (operation.kind === 'reversal' && original?.supplierReference != null && original.activity !== null) {
    const { reference, supplierReference, activity } = original;
    return {
      member,
      original: {
        reference,
        supplierReference,
        activity,
        points: points(original.points),
        bonusPoints: points(original.bonusPoints),
      },
      points: points(operation.points),
      reason: operation.reason ?? '',
    };
  }
  throw new Error('an operation that cannot be sent');
}
