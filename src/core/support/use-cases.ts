import { type ApprovalsDeps, createApprovals } from './approvals.js';
import { refuseMemberNumbers, type RefuseMemberNumbers } from './member-numbers.js';
import { createOperationsDesk, type OperationsDeskDeps } from './operations-desk.js';
import { createInOwnWords } from './own-words.js';
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
  const refuse: RefuseMemberNumbers = (tenantId, texts) =>
    refuseMemberNumbers({ ...deps, store: deps.search }, tenantId, texts);
  const approvals = createApprovals({ ...deps, refuse });
  const inOwnWords = createInOwnWords(deps.desk, refuse);
  return {
    ...operations,
    ...approvals,
    ...requeues,
    ...createSearch({ ...deps, store: deps.search }),
    act: (caller, input, request, language) => {
      const texts = { '/reason': input.reason, '/evidence/supplierReference': input.evidence?.supplierReference };
      return inOwnWords(caller, request, texts, () => operations.act(caller, input, request, language));
    },
    decide: (caller, input, request) =>
      inOwnWords(caller, request, { '/reason': input.reason }, () => approvals.decide(caller, input, request)),
    requeue: (caller, input, request, language) =>
      inOwnWords(caller, request, { '/reason': input.reason }, () =>
        requeues.requeue(caller, input, request, language),
      ),
  };
}
