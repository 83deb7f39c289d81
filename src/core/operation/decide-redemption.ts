import type { Receipt } from '../../spec/adapter.js';
import type { Fault } from '../../spec/errors.js';
import { decideFoundHold, lookAgainAt, stepAbsent } from './decide-found-hold.js';
import { confirmed, held, released, spent } from './redemption-outcome.js';
import { foundOtherwise, quarantined, rejected, review, stillUnknown, unknown } from './decide-open.js';
import { canFind } from './recovery-rules.js';
import { before, stepOf } from './redemption-step.js';
import { notSentDelay, throttledDelay, type Random } from './schedule.js';
import type { Decision, Learnt, RedemptionSnapshot, Rules } from './snapshot.js';

/**
 * What a redemption becomes by something learnt about the step that `stepOf` names. From the pivot on it is released only when the
 * supplier says that nothing was spent and the hold is gone.
 */
export function decideRedemption(
  snapshot: RedemptionSnapshot,
  learnt: Learnt,
  rules: Rules,
  random: Random,
): Decision | null {
  switch (learnt.type) {
    case 'receipt':
      return (learnt.matches ? stepDone(snapshot, learnt.receipt) : null) ?? unknown(snapshot, rules, random);
    case 'fault':
      return decideStepFault(snapshot, learnt.fault, rules, random);
    case 'bug':
      return decideStepBug(snapshot, learnt.sent, rules, random);
    case 'found':
      if (!learnt.matches) return foundOtherwise(snapshot, rules, random);
      return learnt.posted ? spent(snapshot, learnt.receipt, { by: 'look-up' }) : lookAgainAt(snapshot, rules, random);
    case 'found-refused':
      return rejected(learnt.reason, learnt.supplierCode, 'look-up');
    case 'found-hold':
      return decideFoundHold(snapshot, learnt, rules, random);
    case 'absent':
      return stepAbsent(snapshot, rules, random);
    case 'look-up-failed':
      return lookAgainAt(snapshot, rules, random, learnt.fault);
    case 'told-posted':
      return decideToldSpent(snapshot, learnt);
    case 'told-absent':
      return decideToldUnspent(snapshot, rules);
    case 'told-refused':
      return snapshot.step === 'confirm' ? rejected(learnt.reason, learnt.supplierCode, learnt.by) : null;
    case 'reference-taken':
      return review('supplier-reference-taken');
    default:
      return learnt satisfies never;
  }
}

/** `null` for a receipt that does not prove the step: not final, or a hold without an end. */
function stepDone(snapshot: RedemptionSnapshot, receipt: Receipt): Decision | null {
  const evidence = { by: snapshot.unknownForMs === null ? 'receipt' : 'repeat' };
  const step = stepOf(snapshot);
  if (!receipt.final) return null;
  switch (step) {
    case 'hold':
      return held(receipt, evidence);
    case 'confirm':
      return confirmed(receipt, evidence);
    case 'release':
      return released(evidence);
    default:
      return step satisfies never;
  }
}

function decideStepFault(snapshot: RedemptionSnapshot, fault: Fault, rules: Rules, random: Random): Decision {
  const tries = snapshot.notSentTries + 1;
  switch (fault.kind) {
    case 'not-sent':
    case 'auth':
      return withoutEffect(snapshot, rules, random, notSentDelay(rules.timing, tries, random));
    case 'rate-limited': {
      const delay = throttledDelay(rules.timing, tries, fault.retryAfterMs, random);
      // Waiting one's turn is no try.
      return { ...withoutEffect(snapshot, rules, random, delay), notSentTries: snapshot.notSentTries };
    }
    case 'rejected':
      return decideStepRefused(snapshot, fault, rules);
    case 'unmapped':
      return { ...review('unmapped-refusal'), evidence: { by: 'receipt', supplierCode: fault.supplierCode } };
    case 'unknown-outcome':
      return { ...unknown(snapshot, rules, random), ...(fault.resume === undefined ? {} : { resume: fault.resume }) };
    default:
      return fault satisfies never;
  }
}

/** A repeat that did not get through says nothing about the send before it; anything else goes back to where it began. */
function withoutEffect(snapshot: RedemptionSnapshot, rules: Rules, random: Random, delayMs: number): Decision {
  if (snapshot.unknownForMs !== null) return stillUnknown(snapshot, rules, random, delayMs);
  return { to: before(stepOf(snapshot)), nextActionInMs: delayMs, notSentTries: snapshot.notSentTries + 1 };
}

/**
 * A hold that has ended cannot be released; how it ended, the supplier is asked where it can be. Any other refused release is for a
 * person, and so is a refusal of what the supplier has done already: that is evidence.
 */
function decideStepRefused(
  snapshot: RedemptionSnapshot,
  { reason, supplierCode }: Extract<Fault, { kind: 'rejected' }>,
  rules: Rules,
): Decision {
  if (stepOf(snapshot) !== 'release') {
    return reason === 'already-credited' ? review('evidence-mismatch') : rejected(reason, supplierCode, 'receipt');
  }
  if (reason !== 'hold-expired' || !canFind(rules)) {
    return { ...review('unmapped-refusal'), evidence: { by: 'receipt', supplierCode } };
  }
  const since = snapshot.unknownForMs === null ? { unknownSince: 'now' as const } : {};
  return { to: 'unknown', nextActionInMs: 0, everSent: true, ...since, evidence: { by: 'receipt', supplierCode } };
}

function decideStepBug(snapshot: RedemptionSnapshot, sent: boolean, rules: Rules, random: Random): Decision {
  if (sent) return unknown(snapshot, rules, random);
  const tries = snapshot.notSentTries + 1;
  const aside = snapshot.unknownForMs === null ? quarantined(tries) : null;
  return aside ?? withoutEffect(snapshot, rules, random, notSentDelay(rules.timing, tries, random));
}

function decideToldSpent(snapshot: RedemptionSnapshot, told: Extract<Learnt, { type: 'told-posted' }>): Decision {
  if (!told.matches) return review('evidence-mismatch');
  const supplierReference = told.supplierReference ?? undefined;
  return spent(snapshot, { supplierReference, businessDate: told.businessDate }, { by: told.by });
}

/** Only a confirm leaves a line: without one nothing was spent, and the hold, if it still stands, may be used. */
function decideToldUnspent(snapshot: RedemptionSnapshot, rules: Rules): Decision | null {
  const open = snapshot.state === 'unknown' || snapshot.state === 'needs-review';
  if (!open || snapshot.step !== 'confirm' || !snapshot.everSent) return null;
  const evidence = { by: 'settlement', absent: true };
  if (rules.resend === 'by-person') return { ...review('absent'), evidence };
  return { to: 'held', nextActionInMs: 0, unknownSince: null, reviewReason: null, absences: 0, evidence };
}
