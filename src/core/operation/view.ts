import { toTypeId } from '../../spec/typeid.js';
import { refusalFacts, refusalSentence } from './refusal-sentences.js';
import type { OperationView } from './operations.js';
import type { OperationAnswer, OperationAnswers } from './ports.js';
import type { NewOperation, OperationRow } from './row.js';

/** An operation as the outside sees it, with its sentences in the reader's language. */
export function operationView(row: OperationRow, language: 'zh' | 'en'): OperationView {
  return {
    id: toTypeId('op', row.id),
    kind: row.kind,
    state: row.state,
    scheme: row.scheme,
    linkId: toTypeId('lnk', row.linkId),
    organisation: row.organisation,
    reference: row.reference,
    clientReference: row.clientReference,
    metadata: row.metadata,
    ...(row.activity === null ? {} : { activity: row.activity }),
    ...(row.reward === null ? {} : { reward: row.reward }),
    points: row.points,
    bonusPoints: row.bonusPoints,
    supplierReference: row.supplierReference,
    attempts: row.attempts,
    rejection:
      row.rejection === null
        ? null
        : {
            reason: row.rejection.reason,
            supplierCode: row.rejection.supplierCode,
            message: refusalSentence(row.rejection.reason, language),
            fixableBy: refusalFacts(row.rejection.reason).fixableBy,
          },
    termsVersion: row.termsVersion,
    notBefore: row.notBefore?.toISOString() ?? null,
    nextActionAt: row.nextActionAt?.toISOString() ?? null,
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    originalId: row.originalId === null ? null : toTypeId('op', row.originalId),
    quoteId: row.quoteId === null ? null : toTypeId('qte', row.quoteId),
    step: row.step,
    intent: row.intent,
    hold: row.hold,
    businessDate: row.businessDate,
    evidence: row.evidence,
    reviewReason: row.reviewReason,
  };
}

/** The answer to an act on an operation: how it stands now, stored as it goes out. */
export function actedAnswer(row: OperationRow): OperationAnswer {
  return answerOf(row, 202);
}

/** Answers about operations, in English: nothing in a fresh operation is a sentence. */
export const operationAnswers: OperationAnswers = {
  accepted: (operation) => answerOf(asAccepted(operation), 202),
  existing: (row) => answerOf(row, 200),
};

function answerOf(row: OperationRow, status: 200 | 202): OperationAnswer {
  const view = operationView(row, 'en');
  return {
    status,
    contentType: 'application/json',
    body: JSON.stringify(view),
    location: `/v1/operations/${view.id}`,
    operationId: row.id,
  };
}

/** How an operation reads at the moment it is accepted, before anything happened to it. */
function asAccepted(operation: NewOperation): OperationRow {
  return {
    ...operation,
    step: null,
    intent: null,
    supplierReference: null,
    rejection: null,
    evidence: null,
    businessDate: null,
    attempts: 0,
    version: 1,
    updatedAt: operation.createdAt,
  };
}
