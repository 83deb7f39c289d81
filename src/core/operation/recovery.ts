import type { AnyAdapter, Write } from '../../spec/adapter.js';
import type { OperationKind } from '../../spec/operation.js';
import type { Supplier } from '../supplier/ports.js';
import type { Recovery, Rules } from './snapshot.js';

/** The adapter's write for an operation of this kind; `null` when the scheme does not have it (any more). */
export function writeOf(adapter: AnyAdapter, kind: OperationKind): Write<never, never> | null {
  switch (kind) {
    case 'accrual':
      return (adapter.accrual?.accrue as Write<never, never> | undefined) ?? null;
    case 'reversal':
      return (adapter.accrual?.reverse as Write<never, never> | undefined) ?? null;
    case 'expectation':
    case 'attachment':
    case 'redemption':
    case 'refund':
    case 'change':
    case 'transfer':
    case 'mirror':
    case 'claim':
      return null;
    default:
      return kind satisfies never;
  }
}

/** The rules that decisions about operations of this kind follow at this supplier. */
export function rulesFor(supplier: Supplier, kind: OperationKind): Rules {
  const write = writeOf(supplier.adapter, kind);
  const recovery: Recovery = write === null ? { idempotency: 'none' } : recoveryOf(write, supplier);
  return {
    recovery,
    timing: supplier.timing,
    resend: recovery.idempotency === 'none' ? 'by-person' : supplier.scheme.resend,
  };
}

function recoveryOf(write: Write<never, never>, supplier: Supplier): Recovery {
  const { config, timing } = supplier;
  switch (write.idempotency) {
    case 'key':
      return {
        idempotency: 'key',
        windowMs: write.windowMs(config),
        find: write.find !== undefined,
        conclusiveAfterMs: write.conclusiveAfterMs?.(config) ?? timing.leaseMs + timing.totalMs + timing.maxPauseMs,
      };
    case 'lookup':
      return { idempotency: 'lookup', conclusiveAfterMs: write.conclusiveAfterMs(config), eventual: write.eventual };
    case 'none':
      return { idempotency: 'none' };
    default:
      return write satisfies never;
  }
}
