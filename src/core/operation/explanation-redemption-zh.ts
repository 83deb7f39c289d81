import type { Explanation, ExplanationLanguage, RedemptionFacts } from './explanation-language.js';
import { NOTHING, NOTHING_TWICE, REVIEW } from './explanation-phrases-zh.js';

const FINAL = '这是最终结果，后续不再变化。';
const ASK_AGAIN = '如仍需要该奖励，请旅客联系预订平台重新申请。';

/** The states of a redemption; the points are spent in `confirmed` and in no other. */
export const REDEMPTIONS_ZH: ExplanationLanguage['redemptions'] = {
  'awaiting-approval': (facts, when) => [
    `${it(facts)}正在等待审批，尚未保留积分。`,
    `审批通过后继续办理，我们将${when}再次查看。`,
    '旅客可联系所在公司的审批人。',
  ],
  requested,
  holding: (facts, when) => [
    `${it(facts)}正在提交给会员计划，以保留积分。`,
    facts.intent === 'release'
      ? `收到答复后即释放积分，如未收到答复，将${when}开始查明结果。`
      : `如未收到答复，将${when}开始查明结果。`,
    NOTHING,
  ],
  held: (facts, when) => [heldSentence(facts), nextOfHeld(facts, when), whileHeld(facts)],
  confirming: (facts, when) => [
    `${it(facts)}正在向会员计划确认。`,
    `如未收到答复，将${when}开始查明结果。`,
    NOTHING_TWICE,
  ],
  confirmed: ({ scheme, points }) => [
    `${scheme}已为该奖励扣除 ${points} 积分。`,
    FINAL,
    '旅客无需任何操作，可在会员账户中查看。',
  ],
  releasing: (facts, when) => [
    `${it(facts)}已不再需要，正在请会员计划释放积分。`,
    `如未收到答复，将${when}开始查明结果。`,
    NOTHING,
  ],
  released: (facts) => [`${it(facts)}已取消，没有扣除积分。`, FINAL, ASK_AGAIN],
  expired: (facts) => [
    facts.hold === null
      ? `${it(facts)}未能及时得到答复，没有扣除积分。`
      : `${it(facts)}在积分保留期内未获确认，没有扣除积分。`,
    FINAL,
    ASK_AGAIN,
  ],
  rejected: (facts) => [
    `${it(facts)}被拒绝，没有扣除积分。`,
    facts.rejection.mayAskAgain ? '此次申请已结束，原因解决后可重新申请。' : '此次申请已结束，不会再次尝试。',
    facts.rejection.sentence,
  ],
  unknown: (facts, when) => [
    `${UNANSWERED[facts.step](facts)}。`,
    facts.intent === 'release'
      ? `我们将${when}与会员计划核实，随后释放仍在保留的积分。`
      : `我们将${when}与会员计划核实，且不会造成重复扣除。`,
    NOTHING_TWICE,
  ],
  'needs-review': (facts, when) => [
    `${it(facts)}${REVIEW[facts.reviewReason].happened}。`,
    `${REVIEW[facts.reviewReason].next}，我们也会${when}再次查询。`,
    NOTHING_TWICE,
  ],
};

/** A reservation of ours stands from the beginning, a hold of the scheme's is still to come. */
function requested(facts: RedemptionFacts, when: string): Explanation {
  if (facts.hold !== null) return [heldSentence(facts), `将${when}可供确认。`, whileHeld(facts)];
  return [
    facts.attempts === 0
      ? `${it(facts)}已受理，尚未保留积分。`
      : `${it(facts)}已尝试提交，目前在会员计划尚未生效，未保留积分。`,
    facts.intent === 'release' ? `将${when}取消。` : `将${when}请会员计划保留积分。`,
    NOTHING,
  ];
}

const UNANSWERED: Readonly<Record<RedemptionFacts['step'], (facts: RedemptionFacts) => string>> = {
  hold: ({ scheme, points }) => `已请${scheme}保留 ${points} 积分，但未收到明确答复，暂不清楚是否已经保留`,
  confirm: (facts) => `${it(facts)}已向会员计划确认，但未收到明确答复，暂不清楚积分是否已经扣除`,
  release: ({ scheme, points }) => `已请${scheme}释放 ${points} 积分，但未收到明确答复，暂不清楚是否已经释放`,
};

function heldSentence({ scheme, points, hold }: RedemptionFacts): string {
  if (hold === null) return `${scheme}的 ${points} 积分已为此次兑换保留。`;
  return hold.kind === 'native'
    ? `${scheme}已为此次兑换保留 ${points} 积分，保留至 ${hold.until}。`
    : `${scheme}的 ${points} 积分已在我方账上预留至 ${hold.until}，会员计划本身并未冻结。`;
}

function nextOfHeld({ intent }: RedemptionFacts, when: string): string {
  switch (intent) {
    case 'confirm':
      return `将${when}向会员计划提交确认。`;
    case 'release':
      return `将${when}释放积分。`;
    case null:
      return `等待预订平台确认或取消，如均未收到，积分将${when}恢复可用。`;
    default:
      return intent satisfies never;
  }
}

/** Nobody but the member can keep points free that only we have set aside. */
function whileHeld({ hold }: RedemptionFacts): string {
  return hold?.kind === 'soft' ? '兑换确认之前，请旅客不要在别处使用这些积分。' : NOTHING;
}

function it({ points, scheme }: RedemptionFacts): string {
  return `${scheme} ${points} 积分的兑换申请`;
}
