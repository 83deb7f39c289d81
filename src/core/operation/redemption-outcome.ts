import type { Receipt } from '../../spec/adapter.js';
import type { Json } from '../../spec/values.js';
import { review } from './decide-open.js';
import type { Decision, RedemptionSnapshot } from './snapshot.js';

/** Points were spent by our reference: what a confirm was begun for, or something that a person has to understand. */
export function spent(
  { step }: Pick<RedemptionSnapshot, 'step'>,
  receipt: Parameters<typeof confirmed>[0],
  evidence: Json,
): Decision {
  return step === 'confirm' ? confirmed(receipt, evidence) : review('evidence-mismatch');
}

/** The one way into `confirmed`, whatever brought the news. */
export function confirmed(receipt: Pick<Receipt, 'supplierReference' | 'businessDate'>, evidence: Json): Decision {
  return {
    to: 'confirmed',
    nextActionInMs: null,
    unknownSince: null,
    reviewReason: null,
    intent: null,
    everSent: true,
    evidence,
    ...(receipt.supplierReference === undefined ? {} : { supplierReference: receipt.supplierReference }),
    ...(receipt.businessDate === undefined ? {} : { businessDate: receipt.businessDate }),
  };
}

/** A release's answer proves no more than that the points are free. */
export function released(evidence: Json): Decision {
  return { to: 'released', nextActionInMs: null, unknownSince: null, reviewReason: null, intent: null, evidence };
}

/** The supplier holds the points; what the platform has asked for meanwhile comes next, else the hold's own end. */
export function held(receipt: Receipt, evidence: Json): Decision | null {
  const { holdExpiresAt, supplierReference } = receipt;
  if (holdExpiresAt === undefined) return null;
  return {
    to: 'held',
    nextActionInMs: 0,
    wakeAt: holdExpiresAt,
    unknownSince: null,
    reviewReason: null,
    everSent: true,
    hold: { kind: 'native', expiresAt: holdExpiresAt },
    evidence,
    ...(supplierReference === undefined ? {} : { supplierReference }),
  };
}

/** The hold has ended without points being spent. */
export function gone(evidence: Json): Decision {
  return { to: 'expired', nextActionInMs: null, unknownSince: null, reviewReason: null, intent: null, evidence };
}
