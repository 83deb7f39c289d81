import { toTypeId } from '../../spec/typeid.js';
import type { Caller } from '../access/caller.js';
import { isOperatorAdmin } from '../connection/operator.js';
import type { Decision } from '../operation/snapshot.js';
import { Problem } from '../problem.js';
import type { Suppliers } from '../supplier/ports.js';
import { whyNot } from './actions-on.js';
import { fingerprintOf, meansFor, type MeansOf } from './means.js';
import type { ApprovalBook, ApprovalRow, Sees, Subject } from './ports.js';
import { resent, settled } from './settle.js';
import type { Support } from './support.js';
import { accepted, approvalPath, approvalView, notPossible } from './views.js';

export interface ApprovalsDeps {
  readonly book: ApprovalBook;
  readonly suppliers: Pick<Suppliers, 'of'>;
  /** Refuses a person's words that name a member of the tenant. */
  readonly refuse: (tenantId: string, texts: Readonly<Record<string, string>>) => Promise<void>;
}

/** What needs a second person: who sees it, who may decide, and what a decision does. */
export function createApprovals({
  book,
  suppliers,
  refuse,
}: ApprovalsDeps): Pick<Support, 'approvals' | 'approval' | 'decide'> {
  const get = async (caller: Caller, approvalId: string): Promise<ApprovalRow> => {
    const found = await book.get(caller, seenBy(caller), approvalId);
    if (found === null) throw new Problem('NOT_FOUND');
    return found;
  };
  return {
    approvals: async (caller, filter, page) => {
      const { items, next } = await book.list(caller, seenBy(caller), filter, page);
      return { items: items.map(approvalView), next };
    },
    approval: async (caller, approvalId) => approvalView(await get(caller, approvalId)),
    decide: async (caller, { approvalId, decision, reason }, request) => {
      const seen = await get(caller, approvalId);
      await refuse(seen.tenantId, { '/reason': reason });
      const means = await meansFor(suppliers, await book.connections(seen));
      return book.decide({
        caller,
        sees: seenBy(caller),
        approvalId,
        decision,
        reason,
        request,
        check: (approval) => {
          checkDecider(caller, approval);
        },
        carryOut: (approval, subject) => carryOut(approval, subject, means),
        answer: (approval) => accepted(approvalView(approval), approvalPath(approval)),
      });
    },
  };
}

/** The operator's administrator may decide for every tenant: a tenant of one person has its second there. */
function seenBy(caller: Caller): Sees {
  return isOperatorAdmin(caller) ? 'everybody' : 'own';
}

/** Whoever asked is told so whatever became of it: which key asked is the point, wherever it belongs. */
function checkDecider({ keyId }: Caller, approval: ApprovalRow | null): void {
  if (approval === null) throw new Problem('NOT_FOUND');
  if (approval.requestedBy === keyId) throw new Problem('SECOND_PERSON_NEEDED');
  if (approval.state !== 'pending') throw new Problem('APPROVAL_STATE', { state: approval.state });
}

/** What becomes of an operation; `null` where it does not stand any more as it stood when somebody asked. */
function carryOut(approval: ApprovalRow, { standing, stood }: Subject, meansOf: MeansOf): Decision | null {
  const means = meansOf(standing);
  if (fingerprintOf(standing) !== stood) return null;
  // It waits for the answer, rather than overtake it.
  if (standing.leased) throw notPossible(standing, 'in-flight', '/decision');
  const by = toTypeId('apr', approval.id);
  switch (approval.act) {
    case 'resend':
    case 'requeue':
      // It waits for its connection, rather than end as overtaken.
      if (means === null) throw new Problem('UNAVAILABLE', { retryAfterSeconds: 60 });
      if (whyNot('resend', standing, means) !== null) return null;
      return resent(standing, by, means.timing.stepDeadlineMs);
    case 'settle':
      if (approval.evidence === null || whyNot('settle', standing, means) !== null) return null;
      return settled(approval.evidence, by);
    default:
      return approval.act satisfies never;
  }
}
