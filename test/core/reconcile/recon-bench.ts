import { randomUUID } from 'node:crypto';
import type { Caller } from '../../../src/core/access/caller.js';
import type { Answer, IdempotentRequest } from '../../../src/core/answer.js';
import type { InputVault, ReconWork } from '../../../src/core/reconcile/ports.js';
import type { BreakView, Reconciliations, RunView } from '../../../src/core/reconcile/reconciliations.js';
import { createReconcileRunner, type ReconcileRunner } from '../../../src/core/reconcile/runner.js';
import { createReconciliations } from '../../../src/core/reconcile/use-cases.js';
import type { Resyncs } from '../../../src/core/resync/resyncs.js';
import { CONNECTIONS_SUBJECT, mintConnectionsKey, OPERATOR_TENANT } from '../../../src/privacy/connection-secrets.js';
import { masterKeyFromBytes } from '../../../src/privacy/master-key.js';
import { createSettlementVault } from '../../../src/privacy/settlement-vault.js';
import { fromTypeId } from '../../../src/spec/typeid.js';
import { createReconStore } from '../../../src/store/recon-store.js';
import { CONNECTION, openStoreBench, request, type StoreBench } from '../../store/store-bench.js';
import { testMasterKey } from '../../support/database.js';
import { type Day, type FakeSettlement, fakeSettlement, fakeVault } from './fake-settlement.js';

/**
 * Reconciliation over a database of its own and a fake supplier, everything by hand: nothing happens unless a test
 * makes it.
 */
export interface ReconBench extends StoreBench {
  readonly settlement: FakeSettlement;
  readonly reconciliations: Reconciliations;
  readonly runner: ReconcileRunner;
  readonly recon: ReturnType<typeof createReconStore>;
  readonly inputs: InputVault;
  /** What the runner told of. */
  readonly errors: unknown[];
  /** Resyncs that acts started. */
  readonly resyncs: Parameters<Resyncs['start']>[];
  /** A runner of another process, over this store or one that a test has put something around. */
  runnerOver(work: ReconWork): ReconcileRunner;
  /**
   * Puts a day there, reconciles it as the caller and gives the run; the caller is the demo tenant unless it is said.
   */
  reconcile(businessDate: string, day?: Day, caller?: Caller): Promise<RunView>;
  open(businessDate: string, caller?: Caller, asked?: IdempotentRequest): Promise<Answer>;
  breaks(run: RunView, caller?: Caller): Promise<readonly BreakView[]>;
}

export async function openReconBench(
  options: { readonly links?: number; readonly coverage?: 'ours' | 'member' } = {},
): Promise<ReconBench> {
  const bench = await openStoreBench({ links: options.links ?? 2 });
  // Dropping the database may reach a connection that is about to close.
  bench.owner.on('error', () => undefined);
  const master = masterKeyFromBytes(testMasterKey());
  const key = mintConnectionsKey(master);
  await bench.owner.query('INSERT INTO subject (tenant_id, id, traveller_ref) VALUES ($1, $2, $3)', [
    OPERATOR_TENANT,
    CONNECTIONS_SUBJECT,
    'connections',
  ]);
  await bench.owner.query('INSERT INTO data_key (tenant_id, subject_id, version, wrapped) VALUES ($1, $2, $3, $4)', [
    OPERATOR_TENANT,
    CONNECTIONS_SUBJECT,
    key.version,
    key.wrapped,
  ]);
  // Member 1 is the demo tenant's alone, member OTHER the other's, member 2 both tenants'.
  await bench.owner.query(`UPDATE link SET member_index = sha256('OTHER') WHERE id = $1`, [bench.other.links[0]]);
  const settlement = fakeSettlement(CONNECTION, options.coverage);
  const inputs = createSettlementVault(master);
  const store = createReconStore(bench.pools, () => undefined);
  const errors: unknown[] = [];
  const resyncs: Parameters<Resyncs['start']>[] = [];
  const suppliers = {
    of: () => Promise.resolve(settlement.supplier),
    connectionFor: (_tenantId: string, scheme: string) =>
      Promise.resolve(
        scheme === 'blue-air' ? { id: CONNECTION, scheme, tenantId: null, state: 'live' as const } : null,
      ),
  };
  const reconciliations = createReconciliations({
    desk: store,
    suppliers,
    startResync: (...asked) => {
      resyncs.push(asked);
      const location = '/v1/support/resyncs/rsy_01h455vb4pex5vsknk084sn02q';
      return Promise.resolve({ status: 202, contentType: 'application/json', body: '{}', location, replayed: false });
    },
    now: () => new Date(),
  });
  const runnerOver = (work: ReconWork): ReconcileRunner =>
    createReconcileRunner({
      work,
      suppliers,
      operations: bench.store,
      vault: fakeVault,
      inputs,
      random: () => 0.5,
      onError: (error) => void errors.push(error),
    });
  const runner = runnerOver(store);
  const open: ReconBench['open'] = (businessDate, caller = bench.demo.caller, asked = request(randomUUID())) =>
    reconciliations.open(caller, { scheme: 'blue-air', businessDate }, asked);
  return {
    ...bench,
    settlement,
    reconciliations,
    runner,
    recon: store,
    inputs,
    errors,
    resyncs,
    runnerOver,
    open,
    reconcile: async (businessDate, day, caller = bench.demo.caller) => {
      if (day !== undefined) settlement.days.set(businessDate, day);
      const opened = runOf(await open(businessDate, caller));
      await runner.wake(CONNECTION, []);
      const run = await reconciliations.get(caller, idOf(opened));
      return run.supersededBy === null ? run : reconciliations.get(caller, idOf({ id: run.supersededBy }));
    },
    breaks: async (run, caller = bench.demo.caller) => {
      const page = await reconciliations.breaks(caller, idOf(run), {}, { limit: 200 }, 'en');
      return page.items;
    },
  };
}

export function runOf(answer: Answer): RunView {
  return JSON.parse(answer.body) as RunView;
}

/** The UUID of a run or a break. */
export function idOf({ id }: { readonly id: string }): string {
  const uuid = fromTypeId(id.startsWith('rcn_') ? 'rcn' : 'brk', id);
  if (uuid === null) throw new Error(`no id: ${id}`);
  return uuid;
}
