import type { ExplainedWrite, ExplanationLanguage, WriteFacts } from './explanation-language.js';
import { NOTHING, NOTHING_TWICE, REVIEW } from './explanation-phrases-en.js';
import { REDEMPTIONS_EN } from './explanation-redemption-en.js';

/** Sentences for a person who has the traveller on the phone; `when` reads as "on 2 March 2026 at 09:30 …". */
export const EXPLANATION_EN: ExplanationLanguage = {
  locale: 'en-GB',
  soon: 'as soon as possible',
  time: (zone) => `d LLLL yyyy 'at' HH:mm '${zone} time'`,
  on: (time) => `on ${time}`,
  redemptions: REDEMPTIONS_EN,
  writes: {
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
      `${facts.scheme} has ${POSTED[facts.kind]} ${facts.points} points.`,
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

const POSTED: Readonly<Record<ExplainedWrite, string>> = {
  accrual: 'credited',
  reversal: 'taken back',
  refund: 'given back',
};

function it({ kind, points, scheme }: WriteFacts): string {
  return `The ${kind} of ${points} points with ${scheme}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
