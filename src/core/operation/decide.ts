import type { Receipt } from '../../spec/adapter.js';
import type { Fault } from '../../spec/errors.js';
import { isFinal, type ReviewReason } from '../../spec/operation.js';
import { decideAbsent, lookAgain } from './decide-absent.js';
import {
  awaitingFileDelay,
  nextLookupDelay,
  notSentDelay,
  parkedDelay,
  submittedDelay,
  throttledDelay,
  type Random,
} from './schedule.js';
import type { Decision, Learnt, Rules, Snapshot } from './snapshot.js';

/**
 * What an operation becomes by something learnt about it; `null` when it changes nothing. Pure: simulation and production run
 * this same function, SQL only applies it. "Not found" is never a refusal, and what cannot be classified is an unknown outcome.
 */
export function decide(snapshot: Snapshot, learnt: Learnt, rules: Rules, random: Random): Decision | null {
  if (isFinal(snapshot.state)) return null;
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
    case 'told-refused':
      return snapshot.everSent || snapshot.state === 'sending'
        ? rejected(learnt.reason, learnt.supplierCode, learnt.by)
        : null;
    case 'reference-taken':
      return review('supplier-reference-taken');
    default:
      return learnt satisfies never;
  }
}

/** An answer may be garbled or another's; a supplier whose books really differ says so again and again. */
const MISMATCH_BELIEVED_AFTER = 5;

function foundOtherwise(snapshot: Snapshot, rules: Rules, random: Random): Decision {
  const believed = snapshot.lookups + 1 >= MISMATCH_BELIEVED_AFTER || snapshot.state === 'needs-review';
  return believed ? review('evidence-mismatch') : lookAgain(snapshot, rules, random);
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
      const delay = throttledDelay(rules.timing, tries, fault.retryAfterMs, random);
      return repeated ? stillUnknown(snapshot, rules, random, delay) : again(tries, delay);
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

/** Our own fault before anything was sent: a few tries, then aside, so that the others are not delayed. */
const BUG_TRIES = 3;

function decideBug(snapshot: Snapshot, sent: boolean, rules: Rules, random: Random): Decision {
  if (sent || snapshot.unknownForMs !== null) return unknown(snapshot, rules, random);
  const tries = snapshot.notSentTries + 1;
  if (tries >= BUG_TRIES)
    return { to: 'needs-review', nextActionInMs: parkedDelay(), reviewReason: 'quarantined', notSentTries: tries };
  return again(tries, notSentDelay(rules.timing, tries, random));
}

function decideToldPosted(snapshot: Snapshot, told: Extract<Learnt, { type: 'told-posted' }>): Decision {
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

function rejected(reason: Extract<Fault, { kind: 'rejected' }>['reason'], supplierCode: string, by: string): Decision {
  return {
    to: 'rejected',
    nextActionInMs: null,
    unknownSince: null,
    reviewReason: null,
    rejection: { reason, supplierCode },
    evidence: { by },
  };
}

function review(reviewReason: ReviewReason): Decision {
  return { to: 'needs-review', nextActionInMs: parkedDelay(), unknownSince: null, everSent: true, reviewReason };
}

function again(notSentTries: number, nextActionInMs: number): Decision {
  return { to: 'queued', nextActionInMs, notSentTries };
}

function unknown(snapshot: Snapshot, rules: Rules, random: Random): Decision {
  return {
    ...stillUnknown(snapshot, rules, random, 0),
    everSent: true,
    absences: 0,
    ...(snapshot.unknownForMs === null ? { unknownSince: 'now' as const } : {}),
  };
}

/** Keeps the outcome open: the next step comes by the schedule, at least `atLeastMs` from now. */
function stillUnknown(snapshot: Snapshot, rules: Rules, random: Random, atLeastMs: number): Decision {
  if (rules.recovery.idempotency === 'none') return { to: 'unknown', nextActionInMs: awaitingFileDelay(rules.timing) };
  const delay = nextLookupDelay(snapshot, rules, random);
  if (delay === null) return review('look-ups-exhausted');
  return { to: 'unknown', nextActionInMs: Math.max(delay, atLeastMs) };
}
