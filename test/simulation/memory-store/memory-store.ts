import { randomUUID } from 'node:crypto';
import type { ReadAccountDeps } from '../../../src/core/account/read-account.js';
import type { InboundStore } from '../../../src/core/inbound/ports.js';
import type { OperationStore, Outbox } from '../../../src/core/operation/ports.js';
import type { BreakBook } from '../../../src/core/reconcile/break-book.js';
import type { RedemptionStore } from '../../../src/core/redemption/ports.js';
import { acceptAccrual, acceptReversal } from './accept.js';
import { memoryAccounts } from './accounts.js';
import { sealedOf, snapshotOf, subjectOf } from './ages.js';
import { applyDecision } from './apply.js';
import type { Base, Safeguard } from './base.js';
import { memoryBreaks } from './breaks.js';
import { claimOperations } from './claim.js';
import { memoryOutbox } from './outbox.js';
import { memoryPushes } from './pushes.js';
import { listOperations, readOperation } from './reads.js';
import { orTaken } from './receipts.js';
import { memoryRedemptions } from './redemptions.js';
import { emptyTables, operationOf, type Tables } from './tables.js';

/** The store's ports over tables in memory, with what a test may look at and write. */
export interface MemoryStore {
  readonly tables: Tables;
  readonly operations: OperationStore;
  readonly redemptions: RedemptionStore;
  readonly accounts: ReadAccountDeps['store'];
  readonly outbox: Outbox;
  readonly pushes: InboundStore;
  readonly breaks: BreakBook;
}

export interface MemoryStoreOptions {
  /** The clock, in Unix milliseconds. */
  readonly now: () => number;
  readonly mint?: () => string;
  /** Left out on purpose, to see that it is missed. */
  readonly without?: readonly Safeguard[];
}

/**
 * Behaves as the PostgreSQL store does, which `test/store-contract` holds both to. Each call is one turn of the event loop, so that
 * every one of them is a transaction under all the locks it could want.
 */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const base: Base = {
    tables: emptyTables(),
    now: options.now,
    mint: options.mint ?? randomUUID,
    without: new Set(options.without),
  };
  return {
    tables: base.tables,
    operations: memoryOperations(base),
    redemptions: memoryRedemptions(base),
    accounts: memoryAccounts(base),
    outbox: memoryOutbox(base),
    pushes: memoryPushes(base),
    breaks: memoryBreaks(base),
  };
}

function memoryOperations(base: Base): OperationStore {
  const { tables, now } = base;
  return {
    acceptAccrual: async (request) => acceptAccrual(base, request),
    acceptReversal: async (request) => acceptReversal(base, request),
    claim: async (request) => claimOperations(base, request),
    complete: async ({ claimed, decision, report }) =>
      orTaken(() => {
        const { operation, token, startedAt } = claimed;
        const change = { operation, decision, token, ends: { startedAt, report } };
        return applyDecision(base, change) === null ? ('stale' as const) : ('applied' as const);
      }),
    evidence: async (tenantId, operationId, judge) =>
      orTaken(() => {
        const row = operationOf(tables, tenantId, operationId);
        if (row === null) return null;
        const decision = judge(row, snapshotOf(tables, row, now()), sealedOf(tables, row));
        if (decision !== null) applyDecision(base, { operation: row, decision, token: row.leaseToken });
        return decision;
      }),
    subject: async (tenantId, operationId) => {
      const row = operationOf(tables, tenantId, operationId);
      return row === null ? null : { ...subjectOf(tables, row), snapshot: snapshotOf(tables, row, now()) };
    },
    get: async (caller, id) => readOperation(base, caller, id),
    list: async (caller, filter, page) => listOperations(base, caller, filter, page),
  };
}
