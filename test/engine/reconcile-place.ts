import type pg from 'pg';
import { openGateway } from '../../src/compose/gateway.js';
import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import type { OperationView } from '../../src/core/operation/operations.js';
import type { RunView } from '../../src/core/reconcile/reconciliations.js';
import { brokenReconciliation } from '../core/reconcile/invariants.js';
import { idOf, runOf } from '../core/reconcile/recon-bench.js';
import { testMasterKey, ownerPool } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type Bench, inboundPath, openBench, request } from '../support/gateway.js';
import { brokenInvariants } from '../support/invariants.js';
import { activityFor } from '../support/travellers.js';

/**
 * A gateway whose workers a test switches on and off, with the simulated suppliers and the owner's view of the
 * database.
 */
export interface ReconcilePlace {
  readonly bench: Bench;
  readonly owner: pg.Pool;
  /** Runs something while a worker carries operations out. */
  working<T>(work: () => Promise<T>): Promise<T>;
  /** Has every exchange of a scheme go wrong in one way from now on; `null`: none any more. */
  fault(scheme: string, fault: string | null): Promise<void>;
  read(id: string): Promise<OperationView>;
  inState(id: string, state: OperationView['state']): Promise<OperationView>;
  /** Puts what was sent so far back that it can have no effect any more, as a day's end is from the trips of that day. */
  longAgo(id: string): Promise<void>;
  accrue(scheme: string, linkId: string, points: number): Promise<string>;
  /** Closes the open day; gives its date. */
  closeDay(scheme: string): Promise<string>;
  /** Carries a run out without any worker; gives it as the demo tenant sees it. */
  reconcile(scheme: string, businessDate: string): Promise<RunView>;
  broken(): Promise<string[]>;
  close(): Promise<void>;
}

export async function openReconcilePlace(): Promise<ReconcilePlace> {
  const bench = await openBench({ worker: false });
  const { gateway, sandbox, demo } = bench;
  const owner = ownerPool(bench.ownerUrl);
  const read = (id: string): Promise<OperationView> => gateway.operations.get(demo, id, 'en');
  let trips = 0;
  return {
    bench,
    owner,
    working: async (work) => {
      const worker = await openGateway({
        databaseUrl: bench.ownerUrl,
        masterKey: testMasterKey(),
        redisUrls: null,
        schemes: loadSchemes(fromRoot('schemes')),
        log: {
          debug: () => undefined,
          info: () => undefined,
          warn: () => undefined,
          error: (fields) => void bench.errors.push(fields['err']),
        },
      });
      worker.startWorker();
      worker.startScheduler();
      try {
        return await work();
      } finally {
        await worker.close();
      }
    },
    fault: (scheme, fault) =>
      fault === null
        ? sandbox.delete(`${scheme}/faults`)
        : sandbox.put(`${scheme}/faults`, { seed: 1, rates: { [fault]: 1 } }),
    read,
    inState: (id, state) =>
      eventually(
        () => read(id),
        (operation) => operation.state === state,
      ),
    longAgo: async (id) => {
      await owner.query(
        `UPDATE operation SET first_sent_at = first_sent_at - interval '25 s', last_sent_at = last_sent_at - interval '25 s' WHERE id = $1`,
        [id],
      );
    },
    accrue: async (scheme, linkId, points) => {
      trips += 1;
      const input = { linkId, activity: activityFor(scheme, trips), points, metadata: {} };
      const { operationId = '' } = await gateway.operations.accrue(demo, input, request(input));
      return operationId;
    },
    closeDay: async (scheme) => (await sandbox.post<{ businessDate: string }>(`${scheme}/close-day`)).businessDate,
    reconcile: async (scheme, businessDate) => {
      const asked = { scheme, businessDate };
      const opened = runOf(await gateway.reconciliations.open(demo, asked, request(asked)));
      await gateway.runners.reconcile.wake(inboundPath(scheme), []);
      const run = await gateway.reconciliations.get(demo, idOf(opened));
      return run.supersededBy === null ? run : gateway.reconciliations.get(demo, idOf({ id: run.supersededBy }));
    },
    broken: async () => [...(await brokenReconciliation(owner)), ...(await brokenInvariants(bench.ownerUrl))],
    close: async () => {
      await owner.end();
      await bench.close();
    },
  };
}
