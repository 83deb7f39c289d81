import { toTypeId } from '../../spec/typeid.js';
import type { StoredAnswer } from '../answer.js';
import { operationView } from '../operation/view.js';
import { Problem } from '../problem.js';
import type { Possible, SupportAction, WhyNot } from './actions-on.js';
import type { ApprovalRow, AttemptRow, CaseFile, Hit, RequeueRow, Standing } from './ports.js';
import type {
  ApprovalView,
  AttemptView,
  HitView,
  RequeueView,
  SupportCaseView,
  SupportOperationView,
} from './support.js';
import { WHY_NOT_SENTENCES } from './why-not-sentences.js';

type Language = 'zh' | 'en';

export function supportOperationView(
  { operation }: Standing,
  { actions, notNow }: Possible,
  language: Language,
): SupportOperationView {
  return {
    operation: operationView(operation, language),
    actions,
    notNow: notNow.map(({ action, why }) => ({ action, why, message: WHY_NOT_SENTENCES[why][language] })),
  };
}

export function caseView(file: CaseFile, possible: Possible, language: Language): SupportCaseView {
  const subject = toTypeId('op', file.standing.operation.id);
  return {
    ...supportOperationView(file.standing, possible, language),
    attempts: file.attempts.map(attemptView),
    timeline: file.events.map(({ at, type, fromState, toState, detail }) => ({
      at: at.toISOString(),
      subject,
      type,
      from: fromState,
      to: toState,
      detail,
    })),
    approvals: file.approvals.map(approvalView),
  };
}

function attemptView({ startedAt, finishedAt, ...attempt }: AttemptRow): AttemptView {
  return { ...attempt, startedAt: startedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
}

export function approvalView(row: ApprovalRow): ApprovalView {
  return {
    id: toTypeId('apr', row.id),
    act: row.act,
    state: row.state,
    operationId: row.operationId === null ? null : toTypeId('op', row.operationId),
    requeueId: row.requeueId === null ? null : toTypeId('rqu', row.requeueId),
    evidence: row.evidence,
    reason: row.reason,
    requestedBy: toTypeId('key', row.requestedBy),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    decidedBy: row.decidedBy === null ? null : toTypeId('key', row.decidedBy),
    decisionReason: row.decisionReason,
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}

export function approvalPath({ id }: Pick<ApprovalRow, 'id'>): string {
  return `/v1/support/approvals/${toTypeId('apr', id)}`;
}

export function requeueView(row: RequeueRow, language: Language): RequeueView {
  const taken = row.items.filter(({ leftOut }) => leftOut === null).length;
  const { operationIds, ...scope } = row.scope;
  return {
    id: toTypeId('rqu', row.id),
    state: row.state,
    action: row.action,
    dryRun: row.dryRun,
    scope: {
      ...scope,
      ...(operationIds === undefined ? {} : { operationIds: operationIds.map((id) => toTypeId('op', id)) }),
    },
    reason: row.reason,
    previewId: row.previewId === null ? null : toTypeId('rqu', row.previewId),
    total: taken,
    leftOut: row.items.length - taken,
    digest: row.digest,
    approval: row.approval === null ? null : approvalView(row.approval),
    resyncId: row.resyncId === null ? null : toTypeId('rsy', row.resyncId),
    items: row.items.map(({ operationId, state, leftOut, result }) => ({
      operationId: toTypeId('op', operationId),
      state,
      leftOut,
      message: leftOut === null ? null : WHY_NOT_SENTENCES[leftOut][language],
      result,
    })),
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

export function hitView({ id, linkId, createdAt, ...hit }: Hit): HitView {
  return {
    ...hit,
    id: toTypeId(hit.kind === 'link' ? 'lnk' : 'op', id),
    linkId: toTypeId('lnk', linkId),
    createdAt: createdAt.toISOString(),
  };
}

/** A 202 as it is sent and stored. */
export function accepted(body: object, location: string): StoredAnswer {
  return { status: 202, contentType: 'application/json', body: JSON.stringify(body), location };
}

/** What came of an action; what does not belong to it is null. */
export function actionResult(
  action: SupportAction,
  standing: Pick<Standing, 'operation'>,
  more: { readonly approval?: ApprovalRow | null; readonly resyncId?: string; readonly reversalId?: string },
  language: Language,
): object {
  const { approval = null, resyncId = null, reversalId = null } = more;
  const operation = operationView(standing.operation, language);
  return { action, operation, approval: approval === null ? null : approvalView(approval), resyncId, reversalId };
}

/** A 409 that says where the operation stands and, in a sentence, why it does not allow what was asked. */
export function notPossible(
  { operation: { id, state } }: Standing,
  why: WhyNot,
  pointer: '/action' | '/decision',
): Problem {
  const errors = [{ pointer, message: WHY_NOT_SENTENCES[why] }];
  return new Problem('ACTION_NOT_POSSIBLE', { operationId: id, state, errors });
}
