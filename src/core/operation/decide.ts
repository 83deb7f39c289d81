import type { Receipt } from '../../spec/adapter.js';
import type { Fault } from '../../spec/errors.js';
import { isFinal } from '../../spec/operation.js';
import { absent, decideAbsent, lookAgain } from './decide-absent.js';
import { decideRedemption } from './decide-redemption.js';
import { foundOtherwise, quarantined, rejected, review, stillUnknown, unknown } from './decide-open.js';
import { notSentDelay, parkedDelay, submittedDelay, throttledDelay, type Random } from './schedule.js';
import { type Decision, isRedemption, type Learnt, type Rules, type Snapshot, type WriteSnapshot } from './snapshot.js';

/**
 * What an operation becomes by something learnt about it; `null` when it changes nothing. Pure: simulation and production run
 * this same function, SQL only applies it. "Not found" is never a refusal, and what cannot be classified is an unknown outcome.
 */
export function decide(snapshot: Snapshot, learnt: Learnt, rules: Rules, random: Random): Decision | null {
  if (isFinal(snapshot.state)) return null;
  return isRedemption(snapshot)
    ? decideRedemption(snapshot, learnt, rules, random)
    : decideWrite(snapshot as WriteSnapshot, learnt, rules, random);
}

function decideWrite(snapshot: WriteSnapshot, learnt: Learnt, rules: Rules, random: Random): Decision | null {
  switch (learnt.type) {
    case 'receipt':
      return learnt.matches
        ? accepted(
            learnt.receipt,
            learnt.receipt.final,
            snapshot.unknownForMs === null ? 'receipt' : 'repeat',
            rules,
            random,
          )
        : unknown(snapshot, rules, random);
    case 'fault':
      return decideFault(snapshot, learnt.fault, rules, random);
    case 'bug':
      return decideBug(snapshot, learnt.sent, rules, random);
    case 'found':
      return learnt.matches
        ? accepted(learnt.receipt, learnt.posted, 'look-up', rules, random)
        : foundOtherwise(snapshot, rules, random);
    case 'found-refused':
      return rejected(learnt.reason, learnt.supplierCode, 'look-up');
    case 'absent':
      return decideAbsent(snapshot, rules, random);
    case 'look-up-failed':
      return lookAgain(snapshot, rules, random, learnt.fault);
    case 'told-posted':
      return decideToldPosted(snapshot, learnt);
    case 'told-absent':
      return decideToldAbsent(snapshot, rules);
    case 'told-refused':
      return snapshot.everSent || snapshot.state === 'sending'
        ? rejected(learnt.reason, learnt.supplierCode, learnt.by)
        : null;
    case 'reference-taken':
      return review('supplier-reference-taken');
    case 'found-hold':
      throw new TypeError('a write has no hold to be found');
    default:
      return learnt satisfies never;
  }
}

function decideFault(snapshot: Snapshot, fault: Fault, rules: Rules, random: Random): Decision {
  const repeated = snapshot.unknownForMs !== null;
  const tries = snapshot.notSentTries + 1;
  switch (fault.kind) {
    case 'not-sent':
    case 'auth':
      return repeated
        ? stillUnknown(snapshot, rules, random, 0)
        : again(tries, notSentDelay(rules.timing, tries, random));
    case 'rate-limited': {
      // Waiting one's turn is no try: however long a supplier throttles, what comes after it begins with a short backoff.
      const delay = throttledDelay(rules.timing, tries, fault.retryAfterMs, random);
      return repeated ? stillUnknown(snapshot, rules, random, delay) : again(snapshot.notSentTries, delay);
    }
    case 'rejected':
      // On a repeat the trip may have been credited by the lost attempt itself: evidence, not a refusal.
      return fault.reason === 'already-credited' && snapshot.attempts > 1
        ? review('evidence-mismatch')
        : rejected(fault.reason, fault.supplierCode, 'receipt');
    case 'unmapped':
      return { ...review('unmapped-refusal'), evidence: { by: 'receipt', supplierCode: fault.supplierCode } };
    case 'unknown-outcome':
      return { ...unknown(snapshot, rules, random), ...(fault.resume === undefined ? {} : { resume: fault.resume }) };
    default:
      return fault satisfies never;
  }
}

function decideBug(snapshot: Snapshot, sent: boolean, rules: Rules, random: Random): Decision {
  if (sent || snapshot.unknownForMs !== null) return unknown(snapshot, rules, random);
  const tries = snapshot.notSentTries + 1;
  return quarantined(tries) ?? again(tries, notSentDelay(rules.timing, tries, random));
}

/** Only what may have been sent and is still open can be told absent; what was accepted may yet be posted. */
function decideToldAbsent(snapshot: WriteSnapshot, rules: Rules): Decision | null {
  if (!['unknown', 'needs-review'].includes(snapshot.state) || !snapshot.everSent) return null;
  return absent(snapshot, rules, { by: 'settlement', absent: true }, snapshot.absences + 1);
}

function decideToldPosted(snapshot: WriteSnapshot, told: Extract<Learnt, { type: 'told-posted' }>): Decision {
  if (!told.matches) return review('evidence-mismatch');
  // Points for something we never sent: a person looks, and the same push again is no proof of a send.
  const sent = snapshot.everSent || ['sending', 'unknown', 'submitted'].includes(snapshot.state);
  if (!sent) {
    return { to: 'needs-review', nextActionInMs: parkedDelay(), reviewReason: 'evidence-mismatch' };
  }
  return {
    to: 'posted',
    nextActionInMs: null,
    unknownSince: null,
    reviewReason: null,
    evidence: { by: told.by },
    ...(told.supplierReference === null ? {} : { supplierReference: told.supplierReference }),
    ...(told.businessDate === undefined ? {} : { businessDate: told.businessDate }),
  };
}

function accepted(receipt: Receipt, posted: boolean, by: string, rules: Rules, random: Random): Decision {
  return {
    to: posted ? 'posted' : 'submitted',
    nextActionInMs: posted ? null : submittedDelay(rules.timing, random),
    unknownSince: null,
    reviewReason: null,
    everSent: true,
    absences: 0,
    evidence: { by },
    ...(receipt.supplierReference === undefined ? {} : { supplierReference: receipt.supplierReference }),
    ...(receipt.businessDate === undefined ? {} : { businessDate: receipt.businessDate }),
  };
}

function again(notSentTries: number, nextActionInMs: number): Decision {
  return { to: 'queued', nextActionInMs, notSentTries };
}
