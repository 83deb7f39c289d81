import type { Found, HoldFound } from '../../spec/adapter.js';
import { AdapterFault, type Fault } from '../../spec/errors.js';
import type { MemberVault } from '../link/vault.js';
import type { Supplier } from '../supplier/ports.js';
import { type Asked, echoes } from './echo.js';
import type { LookSubject } from './ports.js';
import { prepareCall, type PreparedCall } from './prepare-call.js';
import { writeOf } from './recovery.js';
import type { Learnt } from './snapshot.js';

/** What a look brought, and how many calls it cost. */
export interface Looked {
  readonly learnt: Learnt;
  readonly calls: number;
}

/**
 * Asks the supplier about an operation, open or final, without a claim: a read and nothing else. `null` where the scheme has nothing to
 * look with. Never throws: what went wrong is a look-up that failed.
 */
export async function look(
  subject: LookSubject,
  supplier: Supplier,
  vault: MemberVault,
  signal?: AbortSignal,
): Promise<Looked | null> {
  const write = writeOf(supplier.adapter, subject.operation);
  if (write === null || write.idempotency === 'none' || write.find === undefined) return null;
  let calls = 0;
  const observe = (): void => {
    calls += 1;
  };
  try {
    return {
      learnt: await lookWith(prepareCall(subject, supplier, vault, { observe, signal, priority: 'support' })),
      calls,
    };
  } catch (error) {
    return { learnt: { type: 'look-up-failed', fault: faultOf(error) }, calls };
  }
}

/** The adapter's look-up; throws as it does. */
export async function lookWith({ write, context, input, attempt, asked }: PreparedCall): Promise<Learnt> {
  if (write.idempotency === 'none' || write.find === undefined) throw new Error('nothing to look up with');
  return learntBy(await write.find(context, input, attempt), asked);
}

/** What an error of a look-up says; one that is not the adapter's own says nothing about the outcome. */
export function faultOf(error: unknown): Fault {
  return error instanceof AdapterFault ? error.fault : { kind: 'unknown-outcome', detail: nameOf(error) };
}

/** The name only: the message of an unforeseen error may quote what the supplier said. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'not an error';
}

function learntBy(found: Found | HoldFound, asked: Asked): Learnt {
  switch (found.found) {
    case 'posted':
    case 'accepted': {
      const { receipt } = found;
      return { type: 'found', receipt, matches: echoes(receipt, asked), posted: found.found === 'posted' };
    }
    case 'refused':
      return { type: 'found-refused', reason: found.reason, supplierCode: found.supplierCode };
    case 'absent':
      return { type: 'absent' };
    case 'held':
    case 'confirmed':
      return { type: 'found-hold', found, matches: echoes(found.receipt, asked) };
    case 'released':
    case 'expired':
      return { type: 'found-hold', found, matches: true };
    default:
      return found satisfies never;
  }
}
