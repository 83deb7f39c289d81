import type { HoldFound } from '../../spec/adapter.js';
import type { Fault } from '../../spec/errors.js';
import type { Json } from '../../spec/values.js';
import { absenceBelief, lookAgain, lookOnceMore } from './decide-absent.js';
import { foundOtherwise, review } from './decide-open.js';
import { gone, held, released, spent } from './redemption-outcome.js';
import { notSentDelay, throttledDelay, type Random } from './schedule.js';
import { stepOf } from './redemption-step.js';
import type { Decision, Learnt, RedemptionSnapshot, Rules } from './snapshot.js';

const EVIDENCE = { by: 'look-up' };

/** What a redemption becomes by where the supplier has it. */
export function decideFoundHold(
  snapshot: RedemptionSnapshot,
  { found, matches }: Extract<Learnt, { type: 'found-hold' }>,
  rules: Rules,
  random: Random,
): Decision {
  if (!matches) return foundOtherwise(snapshot, rules, random);
  switch (found.found) {
    case 'confirmed':
      return spent(snapshot, found.receipt, EVIDENCE);
    case 'released':
      return released(EVIDENCE);
    case 'expired':
      return decideEnded(snapshot, rules, random);
    case 'held':
      return decideStillHeld(snapshot, found, rules, random);
    case 'absent':
      return stepAbsent(snapshot, rules, random);
    default:
      return found satisfies never;
  }
}

/** A hold that has ended cannot be spent any more; but a look-up that lags may not show yet that it was spent before. */
function decideEnded(snapshot: RedemptionSnapshot, rules: Rules, random: Random): Decision {
  const { recovery } = rules;
  const lags = recovery.idempotency === 'lookup' && recovery.eventual;
  // What is parked was sent long ago.
  if (!lags || snapshot.state !== 'unknown' || snapshot.step !== 'confirm') return gone(EVIDENCE);
  return onceBelieved(snapshot, rules, random, () => gone(EVIDENCE));
}

/** A hold that still stands proves a hold, disproves a release, and disproves a confirm only once none can still be on its way. */
function decideStillHeld(
  snapshot: RedemptionSnapshot,
  found: Extract<HoldFound, { found: 'held' }>,
  rules: Rules,
  random: Random,
): Decision {
  const stands = held(found.receipt, EVIDENCE);
  if (stands === null || (overdue(snapshot) && !extended(snapshot, stands)))
    return lookAgainAt(snapshot, rules, random);
  if (snapshot.state === 'held') return { ...stands, nextActionInMs: lookHeldAgainMs(rules) };
  const step = stepOf(snapshot);
  if (step === 'hold') return stands;
  if (step === 'release') return releaseAgain(snapshot, stands, rules, random);
  return onceBelieved(snapshot, rules, random, () => ({ ...stands, absences: 0 }));
}

/** What follows from not having been spent, once that is proof; until then one more reason to look again. */
function onceBelieved(snapshot: RedemptionSnapshot, rules: Rules, random: Random, then: () => Decision): Decision {
  const belief = absenceBelief(snapshot, rules);
  if (belief.believed === 'no') return lookAgainAt(snapshot, rules, random);
  return belief.believed === 'once-more' ? lookOnceMore(snapshot, rules, belief.absences) : then();
}

/** A release that had no effect comes again at the pace of what was not sent: a supplier may contradict itself for ever. */
function releaseAgain(snapshot: RedemptionSnapshot, stands: Decision, { timing }: Rules, random: Random): Decision {
  const notSentTries = snapshot.notSentTries + 1;
  return { ...stands, notSentTries, nextActionInMs: notSentDelay(timing, notSentTries, random) };
}

/**
 * The supplier knows nothing of it. For a hold that is proof, in time, that nothing is held; for what stands or is to be spent, that
 * the hold was lost: nothing was taken, and nothing is left to take.
 */
export function stepAbsent(snapshot: RedemptionSnapshot, rules: Rules, random: Random): Decision {
  const evidence = { by: 'look-up', absent: true };
  const soft = snapshot.hold?.kind === 'soft';
  if (snapshot.state === 'held') return soft ? lookAgainAt(snapshot, rules, random) : gone(evidence);
  return onceBelieved(snapshot, rules, random, () => {
    const step = stepOf(snapshot);
    switch (step) {
      case 'hold':
        return notBegun('requested', evidence);
      case 'confirm':
        // A reservation of ours stands whatever the supplier knows; a hold of theirs that they do not know is gone.
        return soft ? notBegun('held', evidence) : gone(evidence);
      case 'release':
        return gone(evidence);
      default:
        return step satisfies never;
    }
  });
}

/**
 * Stays where it is and looks again: at a hold that has ended soon, at an open outcome by its schedule. A hold that still stands long
 * after its end is for a person.
 */
export function lookAgainAt(snapshot: RedemptionSnapshot, rules: Rules, random: Random, fault?: Fault): Decision {
  if (snapshot.state !== 'held') return lookAgain(snapshot, rules, random, fault);
  if (overdue(snapshot)) return review('hold-overdue');
  const atLeast = fault?.kind === 'rate-limited' ? throttledDelay(rules.timing, 0, fault.retryAfterMs, random) : 0;
  return { to: 'held', nextActionInMs: Math.max(lookHeldAgainMs(rules), atLeast), lookups: snapshot.lookups + 1 };
}

/** A hold is past its end by our clock and not by the supplier's, or nobody answered: asked again at an unhurried pace. */
function lookHeldAgainMs({ timing }: Rules): number {
  return timing.lookupsMs[2] ?? timing.lookupEveryMs;
}

/** How long after its end a hold may look as if it stood before that is a case. */
const OVERDUE_AFTER_MS = 300_000;

/** Whether a hold stands, for all we know, although its end is long past; one that is parked for that stays so until it is gone. */
function overdue({ state, reviewReason, holdLeftMs }: RedemptionSnapshot): boolean {
  const asked = state === 'held' || (state === 'needs-review' && reviewReason === 'hold-overdue');
  return asked && holdLeftMs !== null && holdLeftMs <= -OVERDUE_AFTER_MS;
}

/** The supplier has given the hold more time than we knew of. */
function extended({ hold }: RedemptionSnapshot, stands: Decision): boolean {
  return hold !== null && stands.hold !== undefined && Date.parse(stands.hold.expiresAt) > Date.parse(hold.expiresAt);
}

function notBegun(to: 'requested' | 'held', evidence: Json): Decision {
  return { to, nextActionInMs: 0, unknownSince: null, reviewReason: null, absences: 0, evidence };
}
