import type { Explanation, ExplanationLanguage, RedemptionFacts } from './explanation-language.js';
import { NOTHING, NOTHING_TWICE, REVIEW } from './explanation-phrases-en.js';

const FINAL = 'This is final, and nothing more will happen.';
const ASK_AGAIN = 'If the reward is still wanted, the traveller should ask the booking platform to make a new request.';

/** The states of a redemption; the points are spent in `confirmed` and in no other. */
export const REDEMPTIONS_EN: ExplanationLanguage['redemptions'] = {
  'awaiting-approval': (facts, when) => [
    `${it(facts)} waits for an approval, and no points are set aside yet.`,
    `It goes on once it is approved; we look at it again ${when}.`,
    'The traveller may ask whoever approves travel at the company.',
  ],
  requested,
  holding: (facts, when) => [
    `${it(facts)} is on its way to the scheme right now, which is to set the points aside.`,
    facts.intent === 'release'
      ? `They are let go once the scheme has answered; if no answer comes, finding out begins ${when}.`
      : `If no answer comes, finding out what became of it begins ${when}.`,
    NOTHING,
  ],
  held: (facts, when) => [heldSentence(facts), nextOfHeld(facts, when), whileHeld(facts)],
  confirming: (facts, when) => [
    `${it(facts)} is being confirmed with the scheme right now.`,
    `If no answer comes, finding out what became of it begins ${when}.`,
    NOTHING_TWICE,
  ],
  confirmed: ({ scheme, points }) => [
    `${scheme} has taken ${points} points for the reward.`,
    FINAL,
    'The traveller need not do anything; the member account shows it.',
  ],
  releasing: (facts, when) => [
    `${it(facts)} is not wanted any more, and the scheme is being asked to let go of the points.`,
    `If no answer comes, finding out what became of it begins ${when}.`,
    NOTHING,
  ],
  released: (facts) => [`${it(facts)} was called off, and no points were spent.`, FINAL, ASK_AGAIN],
  expired: (facts) => [
    facts.hold === null
      ? `${it(facts)} was not decided on in time, and no points were spent.`
      : `${it(facts)} was not confirmed while the points were set aside, and none were spent.`,
    FINAL,
    ASK_AGAIN,
  ],
  rejected: (facts) => [
    `${it(facts)} was refused, and no points were spent.`,
    facts.rejection.mayAskAgain
      ? 'This request has ended; once the cause is put right, a new one can be made.'
      : 'This request has ended and will not be tried again.',
    facts.rejection.sentence,
  ],
  unknown: (facts, when) => [
    UNANSWERED[facts.step](facts),
    facts.intent === 'release'
      ? `We settle this with the scheme ${when}, and then let go of whatever is still set aside.`
      : `We settle this with the scheme ${when}, in a way that cannot spend the points twice.`,
    NOTHING_TWICE,
  ],
  'needs-review': (facts, when) => [
    `${it(facts)} ${REVIEW[facts.reviewReason].happened}.`,
    `${REVIEW[facts.reviewReason].next}; we check again ${when}.`,
    NOTHING_TWICE,
  ],
};

/** A reservation of ours stands from the beginning, a hold of the scheme's is still to come. */
function requested(facts: RedemptionFacts, when: string): Explanation {
  if (facts.hold !== null) return [heldSentence(facts), `It can be confirmed ${when}.`, whileHeld(facts)];
  return [
    facts.attempts === 0
      ? `${it(facts)} was accepted, and no points are set aside yet.`
      : `${it(facts)} was tried without effect at the scheme so far, and no points are set aside.`,
    facts.intent === 'release' ? `It is called off ${when}.` : `The scheme is asked to set the points aside ${when}.`,
    NOTHING,
  ];
}

const UNANSWERED: Readonly<Record<RedemptionFacts['step'], (facts: RedemptionFacts) => string>> = {
  hold: ({ scheme, points }) =>
    `${scheme} was asked to set aside ${points} points, but no clear answer came: it is not known yet whether it did.`,
  confirm: (facts) =>
    `${it(facts)} was confirmed with the scheme, but no clear answer came: it is not known yet whether the points are spent.`,
  release: ({ scheme, points }) =>
    `${scheme} was asked to let go of ${points} points, but no clear answer came: it is not known yet whether it did.`,
};

function heldSentence({ scheme, points, hold }: RedemptionFacts): string {
  if (hold === null) return `${points} points with ${scheme} are set aside for the redemption.`;
  return hold.kind === 'native'
    ? `${scheme} has set aside ${points} points for the redemption until ${hold.until}.`
    : `${points} points with ${scheme} are reserved in our books until ${hold.until}; the scheme itself does not hold them.`;
}

function nextOfHeld({ intent }: RedemptionFacts, when: string): string {
  switch (intent) {
    case 'confirm':
      return `The confirmation is sent to the scheme ${when}.`;
    case 'release':
      return `The points are let go ${when}.`;
    case null:
      return `The booking platform confirms the redemption or calls it off; if it does neither, the points are free again ${when}.`;
    default:
      return intent satisfies never;
  }
}

/** Nobody but the member can keep points free that only we have set aside. */
function whileHeld({ hold }: RedemptionFacts): string {
  return hold?.kind === 'soft'
    ? 'The traveller should not spend these points elsewhere before the redemption is confirmed.'
    : NOTHING;
}

function it({ points, scheme }: RedemptionFacts): string {
  return `The redemption of ${points} points with ${scheme}`;
}
