import { randomUUID } from 'node:crypto';
import type { Answer } from '../../src/core/answer.js';
import type { Resyncs, ResyncScope } from '../../src/core/resync/resyncs.js';
import { createResyncs } from '../../src/core/resync/use-cases.js';
import type { ResyncItem, ResyncStore, Turn } from '../../src/core/resync/ports.js';
import { fromTypeId } from '../../src/spec/typeid.js';
import { createResyncStore } from '../../src/store/resync-store.js';
import { CONNECTION, request, SCHEME, type StoreBench, type Tenant } from './store-bench.js';

export interface ResyncBench {
  readonly store: ResyncStore;
  readonly resyncs: Resyncs;
  /** Has a resync accepted; gives its id. */
  start(tenant: Tenant, scope: ResyncScope, different?: { dryRun?: boolean; reason?: string }): Promise<string>;
}

export function resyncBench(bench: StoreBench): ResyncBench {
  const store = createResyncStore(bench.pools, () => undefined);
  const resyncs = createResyncs({ store, isInstalled: (scheme) => scheme === SCHEME });
  return {
    store,
    resyncs,
    start: async (tenant, scope, different = {}) => {
      const input = { scope, dryRun: false, reason: 'a test', ...different };
      return idOf(await resyncs.start(tenant.caller, input, request(randomUUID())));
    },
  };
}

export function idOf(answer: Answer): string {
  const id = fromTypeId('rsy', (JSON.parse(answer.body) as { id: string }).id);
  if (id === null) throw new Error(`no resync: ${answer.status} ${answer.body}`);
  return id;
}

/** What a resync holds, in its order: the operation, or `account`. */
export async function itemsOf(bench: StoreBench, id: string): Promise<string[]> {
  const found = await bench.owner.query<{ operation_id: string | null }>(
    'SELECT operation_id FROM resync_item WHERE resync_id = $1 ORDER BY seq',
    [id],
  );
  return found.rows.map((row) => row.operation_id ?? 'account');
}

export const LEASE_MS = 30_000;

/** The tenant's next turn; throws when there is none. */
export async function turnOf(store: ResyncStore, tenant: Tenant, except: readonly string[] = []): Promise<Turn> {
  const turn = await store.take(tenant.id, { leaseMs: LEASE_MS, items: 32, except });
  if (turn === null) throw new Error('no turn was to be had');
  return turn;
}

/** Ends a turn so that the rest may be taken up at once. */
export async function goOn(store: ResyncStore, turn: Turn): Promise<void> {
  await store.end(turn, [], ({ fresh, again, heldBack }) =>
    fresh + again + heldBack === 0
      ? { to: 'completed' }
      : { to: 'running', againInMs: 0, stalls: 0, wake: 'goes-on-here' },
  );
}

/** Keeps that an operation was found posted, in one call. */
export function settled(store: ResyncStore, turn: Turn, item: ResyncItem): Promise<boolean> {
  const outcome = { result: 'settled', changed: true, from: 'unknown', to: 'posted', calls: 1 } as const;
  return store.record(turn, item, outcome, LEASE_MS);
}

/** An open break about an operation, as reconciliation would leave it. */
export async function disputed(bench: StoreBench, tenant: Tenant, operationId: string): Promise<string> {
  const id = randomUUID();
  await bench.owner.query(
    `INSERT INTO break (tenant_id, id, connection_id, scheme, business_date, fingerprint, kind, reason, difference,
       operation_id)
     VALUES ($1, $2, $3, $4, '2026-03-01', $5, 'ours-only', 'not-in-the-settlement', 500, $6)`,
    [tenant.id, id, CONNECTION, SCHEME, id, operationId],
  );
  return id;
}
