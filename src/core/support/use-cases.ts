import { type ApprovalsDeps, createApprovals } from './approvals.js';
import { refuseMemberNumbers } from './member-numbers.js';
import { createOperationsDesk, type OperationsDeskDeps } from './operations-desk.js';
import type { RequeueStore } from './ports.js';
import { createRequeues, type RequeuesDeps } from './requeues.js';
import { createSearch, type SearchDeps } from './search.js';
import type { Support } from './support.js';

export interface SupportDeps
  extends OperationsDeskDeps,
    Pick<ApprovalsDeps, 'book'>,
    Pick<RequeuesDeps, 'isInstalled'>,
    Omit<SearchDeps, 'store'> {
  readonly requeues: RequeueStore;
  readonly search: SearchDeps['store'];
}

/** The use cases of the support desk. What a person writes is kept as it is, so it may name no member. */
export function createSupport(deps: SupportDeps): Support {
  const operations = createOperationsDesk(deps);
  const requeues = createRequeues({ ...deps, store: deps.requeues });
  const refuse = (tenantId: string, texts: Readonly<Record<string, string | undefined>>) =>
    refuseMemberNumbers({ ...deps, store: deps.search }, tenantId, texts);
  const approvals = createApprovals({ ...deps, refuse });
  return {
    ...operations,
    ...approvals,
    ...requeues,
    ...createSearch({ ...deps, store: deps.search }),
    act: async (caller, input, request, language) => {
      const { reason, evidence } = input;
      await refuse(caller.tenantId, {
        '/reason': reason,
        '/evidence/supplierReference': evidence?.supplierReference,
      });
      return operations.act(caller, input, request, language);
    },
    requeue: async (caller, input, request, language) => {
      await refuse(caller.tenantId, { '/reason': input.reason });
      return requeues.requeue(caller, input, request, language);
    },
  };
}
