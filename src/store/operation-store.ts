import type { AccrualRequest, Completion, OperationStore, Quarantined } from '../core/operation/ports.js';
import { acceptAccruals, type Accepted } from './accept-accruals.js';
import { acceptReversal } from './accept-reversal.js';
import { applyDecisions } from './apply-decisions.js';
import type { Change } from './change.js';
import { ReferenceTaken } from './decision-consequences.js';
import { claimOperations } from './claim.js';
import { applyEvidence } from './evidence.js';
import { createGroupCommit, retried } from './group-commit.js';
import { readLookSubject } from './look-subject.js';
import { listOperations, readOperation } from './operation-reads.js';
import type { Pools } from './pools.js';
import { quarantinedBy } from './quarantine.js';
import { asTenants } from './tenant-scope.js';

/**
 * `afterCommit` is told whenever wake-ups were committed, so that the relay need not wait for its next round; `quarantined` of every
 * operation that was set aside for our own fault.
 */
export function createOperationStore(
  pools: Pools,
  afterCommit: () => void,
  quarantined: (one: Quarantined) => void = () => undefined,
): OperationStore {
  const accept = createGroupCommit<AccrualRequest, Accepted>({
    write: async (requests) =>
      asTenants(
        pools.app,
        requests.map((request) => request.caller.tenantId),
        (client) => acceptAccruals(client, requests),
        'accept-accruals',
      ),
    keys: acceptKeys,
    maxItems: 128,
    lanes: 2,
  });
  const complete = createGroupCommit<Completion, 'applied' | 'stale'>({
    write: async (completions) =>
      asTenants(
        pools.app,
        completions.map(({ claimed }) => claimed.operation.tenantId),
        async (client) => {
          const applied = await applyDecisions(client, completions.map(toChange));
          return completions.map(({ claimed }) => (applied.has(claimed.operation.id) ? 'applied' : 'stale'));
        },
        'complete',
      ),
    keys: ({ claimed }) => [claimed.operation.id],
    maxItems: 128,
    lanes: 2,
  });

  return {
    acceptAccrual: async (request) => {
      const accepted = await accept(request);
      if ('problem' in accepted) throw accepted.problem;
      afterCommit();
      return accepted.answer;
    },
    acceptReversal: async (request) => {
      const answer = await retried(() =>
        asTenants(pools.app, [request.caller.tenantId], (client) => acceptReversal(client, request), 'accept-reversal'),
      );
      afterCommit();
      return answer;
    },
    claim: async (request) => {
      try {
        return await claimOperations(pools, request, quarantined);
      } finally {
        afterCommit();
      }
    },
    complete: async (completion) => {
      try {
        const result = await complete(completion);
        if (result === 'applied') quarantinedBy([toChange(completion)]).forEach(quarantined);
        return result;
      } catch (error) {
        if (error instanceof ReferenceTaken) return 'reference-taken';
        throw error;
      } finally {
        afterCommit();
      }
    },
    evidence: async (tenantId, operationId, judge) => {
      try {
        return await retried(() =>
          asTenants(
            pools.app,
            [tenantId],
            (client) => applyEvidence(client, { tenantId, operationId }, judge),
            (decision) => (decision === null ? undefined : 'evidence'),
          ),
        );
      } catch (error) {
        if (error instanceof ReferenceTaken) return 'reference-taken';
        throw error;
      } finally {
        afterCommit();
      }
    },
    subject: (tenantId, operationId) => readLookSubject(pools, tenantId, operationId),
    get: (caller, id) => readOperation(pools, caller, id),
    list: (caller, filter, page) => listOperations(pools, caller, filter, page),
  };
}

/** Two requests with the same key, or for the same trip, go one after the other: the second must see what the first wrote. */
function acceptKeys(request: AccrualRequest): readonly string[] {
  const { tenantId } = request.caller;
  return [`key|${tenantId}|${request.request.key}`, `trip|${request.linkId}|${request.activityKey}`];
}

function toChange({ claimed, decision, report }: Completion): Change {
  return {
    operation: claimed.operation,
    decision,
    token: claimed.token,
    ends: { startedAt: claimed.startedAt, report },
  };
}
