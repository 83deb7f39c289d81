import type { RefusalReason } from '../../spec/errors.js';
import type { Json } from '../../spec/values.js';
import { confirmed, gone, released } from '../operation/redemption-outcome.js';
import { before } from '../operation/redemption-step.js';
import type { Decision } from '../operation/snapshot.js';
import { invalid } from '../problem.js';
import { outcomesFor, type SettleOutcome, type Standing } from './actions-on.js';

/** How an operation really ended, as people know it. */
export interface SettleEvidence {
  readonly outcome: SettleOutcome;
  /** Of `posted` and `confirmed`. */
  readonly supplierReference?: string | undefined;
  /** Of `rejected`; without it `supplier-refused`. */
  readonly reason?: RefusalReason | undefined;
}

/** Evidence that fits the operation; throws a 422 for an outcome that its kind does not know. */
export function checkOutcome(standing: Standing, { outcome }: SettleEvidence): void {
  const fitting = outcomesFor(standing);
  if (fitting.includes(outcome)) return;
  const [zh, en] = [fitting.join('、'), fitting.join(', ')];
  throw invalid('/evidence/outcome', { zh: `应为以下之一：${zh}`, en: `is none of ${en}` });
}

/** Ends an operation as two people say it ended; `by` names what stands for the two. */
export function settled({ outcome, supplierReference, reason }: SettleEvidence, by: string): Decision {
  const evidence: Json = { by: 'people', approval: by };
  switch (outcome) {
    case 'posted':
      return { ...ENDED, to: 'posted', evidence, ...(supplierReference === undefined ? {} : { supplierReference }) };
    case 'confirmed':
      return confirmed({ supplierReference }, evidence);
    case 'released':
      return released(evidence);
    case 'expired':
      return gone(evidence);
    case 'rejected':
      return {
        ...ENDED,
        to: 'rejected',
        rejection: { reason: reason ?? 'supplier-refused', supplierCode: null },
        evidence,
      };
    default:
      return outcome satisfies never;
  }
}

const ENDED = { nextActionInMs: null, unknownSince: null, reviewReason: null } as const;

/**
 * Sends again what the supplier does not have: a write goes back to its queue; a redemption to where its step begins, which for a
 * confirm is its hold with the confirm still wanted.
 */
export function resent({ operation: { kind, step } }: Standing, by: string, stepDeadlineMs: number): Decision {
  const again = { nextActionInMs: 0, unknownSince: null, reviewReason: null, absences: 0, notSentTries: 0 } as const;
  const evidence: Json = { by: 'people', absent: true, approval: by };
  if (kind !== 'redemption') return { ...again, to: 'queued', evidence };
  if (before(step ?? 'hold') === 'requested') return { ...again, to: 'requested', evidence };
  return { ...again, to: 'held', intent: 'confirm', deadlineInMs: stepDeadlineMs, evidence };
}
