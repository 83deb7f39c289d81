import type { ApprovalView, HitView, RequeueView, SupportCaseView } from '../../src/core/support/support.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { linkView, operationView } from './views.js';

/** One of each thing that the support desk shows, with every member filled in somewhere. */
export const approvalView: ApprovalView = {
  id: toTypeId('apr', '01976a40-0000-7000-8000-00000000000a'),
  act: 'settle',
  state: 'approved',
  operationId: operationView.id,
  requeueId: null,
  evidence: { outcome: 'rejected', reason: 'member-closed' },
  reason: 'Supplier wrote, case 4711',
  requestedBy: toTypeId('key', '01976a40-0000-7000-8000-00000000000b'),
  createdAt: '2025-01-02T03:04:05.678Z',
  expiresAt: '2025-01-03T03:04:05.678Z',
  decidedBy: toTypeId('key', '01976a40-0000-7000-8000-00000000000c'),
  decisionReason: 'Seen the mail',
  decidedAt: '2025-01-02T04:04:05.678Z',
};

export const pendingApprovalView: ApprovalView = {
  ...approvalView,
  act: 'requeue',
  state: 'pending',
  operationId: null,
  requeueId: toTypeId('rqu', '01976a40-0000-7000-8000-00000000000d'),
  evidence: null,
  decidedBy: null,
  decisionReason: null,
  decidedAt: null,
};

export const caseView: SupportCaseView = {
  operation: { ...operationView, state: 'needs-review', reviewReason: 'absent', evidence: { absent: true } },
  actions: [
    { action: 'look-up', needsSecondPerson: false, outcomes: [] },
    { action: 'settle', needsSecondPerson: true, outcomes: ['posted', 'rejected'] },
  ],
  notNow: [{ action: 'cancel', why: 'attempted', message: 'There was an attempt.' }],
  attempts: [
    {
      startedAt: '2025-01-02T03:04:05.678Z',
      finishedAt: '2025-01-02T03:04:06.678Z',
      action: 'send',
      effect: 'write',
      outcome: 'unknown-outcome',
      status: 504,
      latencyMs: 1000,
      detail: 'unknown-outcome: 504',
      exchanges: [{ method: 'POST', path: '/accruals', status: 504, excerpt: '[redacted]' }],
    },
    {
      startedAt: '2025-01-02T03:05:05.678Z',
      finishedAt: null,
      action: 'look-up',
      effect: 'read',
      outcome: null,
      status: null,
      latencyMs: null,
      detail: null,
      exchanges: null,
    },
  ],
  timeline: [
    {
      at: '2025-01-02T03:04:05Z',
      subject: operationView.id,
      type: 'operation.queued',
      from: null,
      to: 'queued',
      detail: { kind: 'accrual' },
    },
  ],
  approvals: [approvalView],
};

export const requeueView: RequeueView = {
  id: pendingApprovalView.requeueId ?? '',
  state: 'awaiting-approval',
  action: 'resend',
  dryRun: false,
  scope: { scheme: 'china-railway', reviewReason: 'absent', olderThan: 60, operationIds: [operationView.id] },
  reason: 'Outage',
  previewId: toTypeId('rqu', '01976a40-0000-7000-8000-00000000000e'),
  total: 1,
  leftOut: 1,
  digest: 'c'.repeat(64),
  approval: pendingApprovalView,
  resyncId: null,
  items: [
    { operationId: operationView.id, state: 'needs-review', leftOut: null, message: null, result: 'queued' },
    { operationId: operationView.id, state: 'posted', leftOut: 'final', message: 'It has ended.', result: null },
  ],
  createdAt: '2025-01-02T03:04:05.678Z',
  finishedAt: null,
};

export const previewView: RequeueView = {
  ...requeueView,
  state: 'previewed',
  action: 'look-up',
  dryRun: true,
  previewId: null,
  approval: null,
  resyncId: toTypeId('rsy', '01976a40-0000-7000-8000-00000000000f'),
  finishedAt: '2025-01-02T03:04:05.678Z',
};

export const operationHit: HitView = {
  kind: 'operation',
  id: operationView.id,
  why: 'ticket',
  scheme: 'northwind-air',
  state: 'posted',
  linkId: linkView.id,
  memberNumber: '****78',
  travellerRef: 'emp-1',
  organisation: 'acme',
  operationKind: 'accrual',
  points: 500,
  createdAt: '2025-01-02T03:04:05.678Z',
};

export const linkHit: HitView = {
  ...operationHit,
  kind: 'link',
  id: linkView.id,
  why: 'member-number',
  state: 'active',
  organisation: null,
  operationKind: null,
  points: null,
};
