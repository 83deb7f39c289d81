import type { ReviewReason } from '../../spec/operation.js';
import type { ExplanationFacts, ExplanationLanguage } from './explanation-language.js';

const NOTHING = 'The traveller need not do anything.';
const NOTHING_TWICE = 'The traveller need not do anything, and should not ask for it a second time.';

/** Sentences for a person who has the traveller on the phone; `when` reads as "on 2 March 2026 at 09:30 …". */
export const EXPLANATION_EN: ExplanationLanguage = {
  locale: 'en-GB',
  soon: 'as soon as possible',
  at: (zone) => `'on' d LLLL yyyy 'at' HH:mm '${zone} time'`,
  states: {
    scheduled: (facts, when) => [
      `${it(facts)} was accepted and waits for its date.`,
      `It will be sent to the scheme ${when}.`,
      NOTHING,
    ],
    queued: (facts, when) =>
      facts.attempts === 0
        ? [`${it(facts)} was accepted and has not been sent yet.`, `It will be sent to the scheme ${when}.`, NOTHING]
        : [
            `${it(facts)} was tried ${times(facts.attempts)} without effect at the scheme so far.`,
            `It will be tried again ${when}.`,
            NOTHING,
          ],
    sending: (facts, when) => [
      `${it(facts)} is on its way to the scheme right now.`,
      `If no answer comes, finding out what became of it begins ${when}.`,
      NOTHING,
    ],
    submitted: (facts, when) => [
      `${facts.scheme} has accepted the ${facts.kind} of ${facts.points} points and will post it later.`,
      `We wait for its confirmation and check again ${when}.`,
      `The traveller need not do anything; the account changes once the scheme has posted it.`,
    ],
    unknown: (facts, when) => [
      `${it(facts)} was sent, but no clear answer came: it is not known yet whether the scheme carried it out.`,
      `We settle this with the scheme ${when}, in a way that cannot carry it out twice.`,
      NOTHING_TWICE,
    ],
    posted: (facts) => [
      facts.kind === 'accrual'
        ? `${facts.scheme} has credited ${facts.points} points.`
        : `${facts.scheme} has taken back ${facts.points} points.`,
      'This is final, and nothing more will happen.',
      'The traveller need not do anything; the member account shows it.',
    ],
    rejected: (facts) => [
      `${it(facts)} was refused.`,
      facts.rejection.mayAskAgain
        ? 'This request has ended; once the cause is put right, a new one can be made.'
        : 'This request has ended and will not be tried again.',
      facts.rejection.sentence,
    ],
    cancelled: (facts) => [
      `${it(facts)} was cancelled before it had any effect at the scheme.`,
      'This request has ended, and nothing more will happen.',
      'If it is still wanted, the traveller should ask the booking platform to make a new request.',
    ],
    'needs-review': (facts, when) => [
      `${it(facts)} ${REVIEW[facts.reviewReason].happened}.`,
      `${REVIEW[facts.reviewReason].next}; we check again ${when}.`,
      NOTHING_TWICE,
    ],
  },
};

const PERSON = 'A person finds out and decides';

const REVIEW: Readonly<Record<ReviewReason, { readonly happened: string; readonly next: string }>> = {
  'awaiting-file': {
    happened: 'was sent, and only the settlement file of the scheme will tell what became of it',
    next: 'That file settles it, or a person does',
  },
  deadline: { happened: 'could not be completed within its time limit', next: PERSON },
  'unmapped-refusal': { happened: 'was refused by the scheme with a code that we do not know', next: PERSON },
  'look-ups-exhausted': {
    happened: 'was sent, but neither its answer nor our questions afterwards told whether it was carried out',
    next: PERSON,
  },
  absent: {
    happened: 'was sent, but the scheme has no record of it',
    next: 'A person decides whether it is sent again',
  },
  'possible-duplicate': {
    happened: 'was not sent, because points for the same trip may have been asked for before',
    next: PERSON,
  },
  'evidence-mismatch': {
    happened: 'does not agree with what the scheme reports about it',
    next: PERSON,
  },
  'supplier-reference-taken': {
    happened: 'was confirmed by the scheme under a reference that belongs to another request',
    next: PERSON,
  },
  quarantined: { happened: 'was set aside after an error on our side', next: PERSON },
  'not-supported': {
    happened: 'cannot be sent to this scheme automatically',
    next: 'A person arranges it with the scheme',
  },
};

function it({ kind, points, scheme }: ExplanationFacts): string {
  return `The ${kind} of ${points} points with ${scheme}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
