import { decide } from '../operation/decide.js';
import type { OperationStore } from '../operation/ports.js';
import { rulesFor } from '../operation/recovery.js';
import type { Random } from '../operation/schedule.js';
import type { Learnt } from '../operation/snapshot.js';
import { fewAtATime } from '../few-at-a-time.js';
import type { Supplier } from '../supplier/ports.js';
import type { ProvenAbsent, ProvenPosted } from './ports.js';

export interface SettleDeps {
  readonly operations: Pick<OperationStore, 'evidence'>;
  readonly random: Random;
}

/** Each is a transaction of its own; more at once would starve whoever serves requests. */
const AT_ONCE = 4;

/**
 * Settles open operations by what a day's settlement proves. Each is judged as it stands, under its lock, by the same
 * function as everything else that is learnt about it; applied again it changes nothing.
 */
export async function settle(
  deps: SettleDeps,
  supplier: Supplier,
  businessDate: string,
  proven: { readonly posted: readonly ProvenPosted[]; readonly absent: readonly ProvenAbsent[] },
): Promise<void> {
  await fewAtATime(proven.posted, AT_ONCE, (one) => settlePosted(deps, supplier, businessDate, one));
  await fewAtATime(proven.absent, AT_ONCE, (one) => settleAbsent(deps, supplier, one));
}

async function settlePosted(
  { operations, random }: SettleDeps,
  supplier: Supplier,
  businessDate: string,
  { tenantId, operationId, supplierReference, matches }: ProvenPosted,
): Promise<void> {
  const apply = (learnt: Learnt) =>
    operations.evidence(tenantId, operationId, (operation, snapshot) =>
      decide(snapshot, learnt, rulesFor(supplier, operation), random),
    );
  const told = { type: 'told-posted', supplierReference, matches, by: 'settlement', businessDate } as const;
  if ((await apply(told)) === 'reference-taken') await apply({ type: 'reference-taken' });
}

/** A send since the proof was found is not what it is about. */
async function settleAbsent(
  { operations, random }: SettleDeps,
  supplier: Supplier,
  { tenantId, operationId, attempts }: ProvenAbsent,
): Promise<void> {
  await operations.evidence(tenantId, operationId, (operation, snapshot) =>
    snapshot.attempts === attempts && snapshot.state !== 'sending'
      ? decide(snapshot, { type: 'told-absent', by: 'settlement' }, rulesFor(supplier, operation), random)
      : null,
  );
}
