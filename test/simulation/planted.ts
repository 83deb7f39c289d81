import type { Claimed, ClaimRequest, Completion, Decision, OperationStore } from '../../src/core/operation/ports.js';
import type { RedemptionStore } from '../../src/core/redemption/ports.js';
import type { Planted } from './options.js';

type Engines = Pick<OperationStore, 'claim' | 'complete'>;

/** The store as an engine sees it whose decisions have that fault in them. */
export function withPlanted(store: Engines, planted: Planted | undefined): Engines {
  return {
    claim: async (request) => {
      const claimed = await store.claim({ ...request, plan: planning(request.plan, planted) });
      return planted === 'believe "not found" at once' ? claimed.map(asIfLongAgo) : claimed;
    },
    complete: (completion) => store.complete({ ...completion, decision: decided(completion, planted) }),
  };
}

function planning(plan: ClaimRequest['plan'], planted: Planted | undefined): ClaimRequest['plan'] {
  return (operation, snapshot) => {
    if (planted === 'queue a stale send again' && snapshot.state === 'sending') {
      return { act: 'become', decision: { to: 'queued', nextActionInMs: 0 } };
    }
    if (planted === 'send an expectation' && operation.kind === 'expectation') return { act: 'send' };
    return plan(operation, snapshot);
  };
}

function decided({ claimed, decision, report }: Completion, planted: Planted | undefined): Decision {
  const write = claimed.operation.kind !== 'redemption';
  if (planted === 'send again after a timeout' && write && decision.to === 'unknown') {
    return { to: 'queued', nextActionInMs: 0 };
  }
  if (planted === 'take "not found" for a refusal' && report.outcome === 'absent') {
    return { to: 'rejected', nextActionInMs: null, rejection: { reason: 'supplier-refused', supplierCode: null } };
  }
  return decision;
}

/** Old enough for "not found" to prove something, and asked before. */
function asIfLongAgo(claimed: Claimed): Claimed {
  return { ...claimed, snapshot: { ...claimed.snapshot, sinceLastSentMs: 3_600_000, absences: 1 } };
}

/** Redemptions that let go of points although a confirm may be on its way, where they should have refused to. */
export function releasing(store: RedemptionStore, planted: Planted | undefined): RedemptionStore {
  if (planted !== 'release after a confirm was sent') return store;
  return {
    ...store,
    act: (request) =>
      store.act({
        ...request,
        judge: (redemption, snapshot) => {
          try {
            return request.judge(redemption, snapshot);
          } catch (error) {
            if (snapshot.state !== 'confirming' && snapshot.state !== 'unknown') throw error;
            return { act: 'become', decision: { to: 'released', nextActionInMs: null, evidence: { by: 'platform' } } };
          }
        },
      }),
  };
}
