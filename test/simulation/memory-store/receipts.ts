import type { Base } from './base.js';
import type { StoredOperation } from './tables.js';

/** Another operation has the supplier reference that a change brings. */
export class ReferenceTaken extends Error {
  override readonly name = 'ReferenceTaken';
}

/** A supplier reference is one operation's per scheme; only a redemption, which has steps, may have several. */
export function takeReceipt({ tables, without }: Base, row: StoredOperation, reference: string | undefined): void {
  if (reference === undefined) return;
  const name = `${row.scheme}|${reference}`;
  const holder = tables.receipts.get(name);
  if (holder?.operationId === row.id) return;
  const another = row.kind !== 'redemption' && [...tables.receipts.values()].some((one) => one.operationId === row.id);
  if ((holder !== undefined || another) && !without.has('unique receipts')) {
    throw new ReferenceTaken('supplier reference already belongs to another operation');
  }
  tables.receipts.set(name, { tenantId: row.tenantId, operationId: row.id });
}

/** Answers 'reference-taken' where a change would take another's reference. */
export function orTaken<T>(write: () => T): T | 'reference-taken' {
  try {
    return write();
  } catch (error) {
    if (error instanceof ReferenceTaken) return 'reference-taken';
    throw error;
  }
}
