import type { Resyncs } from '../core/resync/resyncs.js';
import type { Support } from '../core/support/support.js';
import { createSupport } from '../core/support/use-cases.js';
import { createApprovalBook } from '../store/support-approvals.js';
import { createOperationDesk } from '../store/support-operations.js';
import { createRequeueStore } from '../store/support-requeues.js';
import { createSearchStore } from '../store/support-search.js';
import type { Parts } from './parts.js';
import { schemeFacts } from './scheme-facts.js';

/** What support does about operations, over the stores of one process. */
export function openSupport(parts: Parts, resyncs: Resyncs): Support {
  const { pools, relay, schemes, links } = parts;
  return createSupport({
    desk: createOperationDesk(pools, relay.nudge),
    book: createApprovalBook(pools, relay.nudge),
    requeues: createRequeueStore(pools),
    search: createSearchStore(pools),
    suppliers: links.suppliers,
    vault: links.vault,
    startResync: (caller, input, request) => resyncs.start(caller, input, request),
    facts: schemeFacts(schemes),
    schemes: () => schemes.values(),
    isInstalled: (scheme) => schemes.has(scheme),
  });
}
