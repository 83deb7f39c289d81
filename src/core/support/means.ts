import { createHash } from 'node:crypto';
import { canonicalJson } from '../../spec/canonical.js';
import { canFind } from '../operation/recovery-rules.js';
import { rulesFor } from '../operation/recovery.js';
import type { Supplier, Suppliers } from '../supplier/ports.js';
import type { SchemeMeans, Standing } from './actions-on.js';

/**
 * What each operation's scheme can do, once its suppliers are known: judging happens under locks, where nothing waits. `null` where
 * a connection cannot be used as it is set up: that keeps nobody from seeing its operations, nor from those of others.
 */
export type MeansOf = (standing: Standing) => SchemeMeans | null;

export async function meansFor(suppliers: Pick<Suppliers, 'of'>, connectionIds: Iterable<string>): Promise<MeansOf> {
  const known = new Map<string, Supplier | null>();
  // Whoever carries operations over a connection tells the log what is wrong with it.
  for (const id of new Set(connectionIds)) known.set(id, await suppliers.of(id).catch(() => null));
  return ({ operation }) => {
    const supplier = known.get(operation.connectionId);
    if (supplier === undefined) throw new Error('an operation has another connection than it had');
    if (supplier === null) return null;
    return {
      timing: supplier.timing,
      canFind: canFind(rulesFor(supplier, operation)),
      reverses: reversesOf(supplier),
    };
  };
}

function reversesOf({ adapter }: Supplier): SchemeMeans['reverses'] {
  const reverse = adapter.accrual?.reverse;
  if (reverse === undefined) return 'no';
  return reverse.idempotency === 'none' && reverse.oneOpenAtATime ? 'one-at-a-time' : 'yes';
}

/**
 * Hex SHA-256 of how an operation stands for a person who decides about it: its state, and what is known. A look that
 * brings nothing new does not change it.
 */
export function fingerprintOf({ operation: { state, version, reviewReason, evidence } }: Standing): string {
  return createHash('sha256').update(canonicalJson({ state, version, reviewReason, evidence })).digest('hex');
}
