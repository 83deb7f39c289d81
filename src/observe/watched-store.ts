import type { OperationRow, OperationStore } from '../core/operation/ports.js';
import { FINAL_STATES, type OperationState } from '../spec/operation.js';
import type { Ended } from './process-metrics.js';

type Ends = (operation: Ended) => void;

/** The store, telling of operations that evidence or time ended; those that an attempt ended the engine tells. */
export function watchedStore(store: OperationStore, ended: Ends): OperationStore {
  return {
    ...store,
    evidence: async (tenantId, operationId, judge) => {
      let judged: OperationRow | null = null;
      const decision = await store.evidence(tenantId, operationId, (operation, snapshot, member) => {
        judged = operation;
        return judge(operation, snapshot, member);
      });
      if (decision !== null && decision !== 'reference-taken') tell(judged, decision.to, ended);
      return decision;
    },
    claim: async (request) => {
      // By id: the same operation is planned again when the transaction has to be run again.
      const became = new Map<string, { readonly operation: OperationRow; readonly to: OperationState }>();
      const claimed = await store.claim({
        ...request,
        plan: (operation, snapshot) => {
          const plan = request.plan(operation, snapshot);
          if (plan.act === 'become') became.set(operation.id, { operation, to: plan.decision.to });
          else became.delete(operation.id);
          return plan;
        },
      });
      for (const { operation, to } of became.values()) tell(operation, to, ended);
      return claimed;
    },
  };
}

function tell(operation: OperationRow | null, to: OperationState, ended: Ends): void {
  if (operation === null || operation.state === to || !FINAL_STATES.some((state) => state === to)) return;
  ended({ scheme: operation.scheme, kind: operation.kind, state: to, createdAt: operation.createdAt });
}
