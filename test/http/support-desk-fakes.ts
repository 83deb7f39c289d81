import { Problem } from '../../src/core/problem.js';
import type { Support } from '../../src/core/support/support.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { approvalView, caseView, linkHit, operationHit, pendingApprovalView } from './support-desk-views.js';
import { previewView, requeueView } from './support-desk-views.js';
import type { Note, Once } from './support-fakes.js';
import { operationView } from './views.js';

const OPERATION = '01976a40-0000-7000-8000-000000000002';
export const APPROVAL = '01976a40-0000-7000-8000-00000000000a';
export const REQUEUE = '01976a40-0000-7000-8000-00000000000d';
export const APPROVAL_ID = toTypeId('apr', APPROVAL);
export const REQUEUE_ID = toTypeId('rqu', REQUEUE);

/** A desk that knows one operation, one approval and one requeue. */
export function fakeSupport(once: Once, note: Note): Support {
  return {
    list: async (_caller, filter, page, language) => {
      note('list', { filter, page, language });
      const { operation, actions, notNow } = caseView;
      return { items: [{ operation, actions, notNow }], next: 'bmV4dA' };
    },
    get: async (_caller, id, language) => {
      known(id, OPERATION);
      note('get', language);
      return caseView;
    },
    act: async (caller, input, request, language) => {
      note('act', { ...input, language });
      known(input.operationId, OPERATION);
      const result = { action: input.action, operation: operationView, resyncId: null, reversalId: null };
      return once(caller, request, () => accepted({ ...result, approval: pendingApprovalView }, APPROVALS));
    },
    approvals: async (_caller, filter, page) => {
      note('approvals', { filter, page });
      return { items: [pendingApprovalView, approvalView], next: null };
    },
    approval: async (_caller, id) => {
      known(id, APPROVAL);
      return approvalView;
    },
    decide: async (caller, input, request) => {
      note('decide', input);
      known(input.approvalId, APPROVAL);
      return once(caller, request, () => accepted(approvalView, APPROVALS));
    },
    requeue: async (caller, input, request, language) => {
      note('requeue', { ...input, language });
      return once(caller, request, () => accepted(input.dryRun ? previewView : requeueView, REQUEUES));
    },
    getRequeue: async (_caller, id) => {
      known(id, REQUEUE);
      return requeueView;
    },
    search: async (_caller, query) => {
      note('search', query);
      return { items: [linkHit, operationHit], more: false };
    },
  };
}

const APPROVALS = `/v1/support/approvals/${APPROVAL_ID}`;
const REQUEUES = `/v1/support/requeues/${REQUEUE_ID}`;

function known(id: string, wanted: string): void {
  if (id !== wanted) throw new Problem('NOT_FOUND');
}

function accepted(view: object, location: string) {
  const contentType = 'application/json' as const;
  return { status: 202, contentType, body: JSON.stringify(view), location, replayed: false };
}
