import type { AnyAdapter, Found, HoldFound, RedemptionPort, Write } from '../../spec/adapter.js';
import type { OperationState, RedemptionStep } from '../../spec/operation.js';
import type { Supplier } from '../supplier/ports.js';
import { stepOf } from './redemption-step.js';
import type { Recovery, Rules, Snapshot } from './snapshot.js';

/** A write whatever its input: what it is given fits by the operation's kind and step. */
type AnyWrite = Write<never, never, Found | HoldFound>;

/** What selects an operation's write: its kind, and for a redemption the step that is next or open. */
export type WriteChoice = Pick<Snapshot, 'kind' | 'step' | 'intent'> & { readonly state: OperationState };

/** The adapter's write for an operation as it stands; `null` when the scheme does not have it (any more). */
export function writeOf(adapter: AnyAdapter, operation: WriteChoice): AnyWrite | null {
  switch (operation.kind) {
    case 'accrual':
      return adapter.accrual?.accrue ?? null;
    case 'reversal':
      return adapter.accrual?.reverse ?? null;
    case 'redemption':
      return adapter.redemption === undefined ? null : stepWrite(adapter.redemption, stepOf(operation));
    case 'refund':
      return adapter.redemption?.refund ?? null;
    case 'expectation':
    case 'attachment':
    case 'change':
    case 'transfer':
    case 'mirror':
    case 'claim':
      return null;
    default:
      return operation.kind satisfies never;
  }
}

/** Where the supplier knows only the confirm, whatever is looked up is the confirm. */
function stepWrite(port: RedemptionPort<never>, step: RedemptionStep): AnyWrite {
  return port.flow === 'one-step' ? port.confirm : port[step];
}

/** The rules that decisions about an operation, as it stands, follow at this supplier. */
export function rulesFor(supplier: Supplier, operation: WriteChoice): Rules {
  const write = writeOf(supplier.adapter, operation);
  const recovery: Recovery = write === null ? { idempotency: 'none' } : recoveryOf(write, supplier);
  return {
    recovery,
    timing: supplier.timing,
    resend: recovery.idempotency === 'none' ? 'by-person' : supplier.scheme.resend,
  };
}

/**
 * How long after it was sent a write of this supplier that a settlement lists may still have its effect, in milliseconds: what a
 * settlement that ends sooner does not have is not absent.
 */
export function effectWithinMs(supplier: Supplier): number {
  const { accrual, redemption } = supplier.adapter;
  const writes = [accrual?.accrue, accrual?.reverse, redemption?.confirm, redemption?.refund];
  const times = writes.flatMap((write) => {
    const recovery = write === undefined ? null : recoveryOf(write, supplier);
    return recovery === null || recovery.idempotency === 'none' ? [] : [recovery.conclusiveAfterMs];
  });
  return Math.max(begunWithinMs(supplier), ...times);
}

/** A worker that froze before its send may still wake up within this of its claim, and send. */
function begunWithinMs({ timing: { leaseMs, totalMs, maxPauseMs } }: Supplier): number {
  return leaseMs + totalMs + maxPauseMs;
}

function recoveryOf(write: AnyWrite, supplier: Supplier): Recovery {
  const { config } = supplier;
  switch (write.idempotency) {
    case 'key':
      return {
        idempotency: 'key',
        windowMs: write.windowMs(config),
        find: write.find !== undefined,
        conclusiveAfterMs: write.conclusiveAfterMs?.(config) ?? begunWithinMs(supplier),
      };
    case 'lookup':
      return { idempotency: 'lookup', conclusiveAfterMs: write.conclusiveAfterMs(config), eventual: write.eventual };
    case 'none':
      return { idempotency: 'none' };
    default:
      return write satisfies never;
  }
}
