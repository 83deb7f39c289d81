import type { ExplainedWrite, ExplanationLanguage, WriteFacts } from './explanation-language.js';
import { NOTHING, NOTHING_TWICE, REVIEW } from './explanation-phrases-zh.js';
import { REDEMPTIONS_ZH } from './explanation-redemption-zh.js';

/** Sentences for a person who has the traveller on the phone; `when` stands before its verb and brings its own preposition. */
export const EXPLANATION_ZH: ExplanationLanguage = {
  locale: 'zh-CN',
  soon: '尽快',
  time: (zone) => `yyyy '年' L '月' d '日' HH:mm'（${zone} 时间）'`,
  on: (time) => `于 ${time}`,
  redemptions: REDEMPTIONS_ZH,
  writes: {
    scheduled: (facts, when) => [`${it(facts)}已受理，尚未到约定日期。`, `将${when}提交给会员计划。`, NOTHING],
    queued: (facts, when) =>
      facts.attempts === 0
        ? [`${it(facts)}已受理，尚未提交。`, `将${when}提交给会员计划。`, NOTHING]
        : [`${it(facts)}已尝试 ${facts.attempts} 次，目前在会员计划尚未生效。`, `将${when}再次尝试。`, NOTHING],
    sending: (facts, when) => [`${it(facts)}正在提交给会员计划。`, `如未收到答复，将${when}开始查明结果。`, NOTHING],
    submitted: (facts, when) => [
      `${facts.scheme}已接受${what(facts)}，稍后入账。`,
      `我们等待会员计划的确认，并将${when}再次查询。`,
      '旅客无需任何操作，入账后会员账户会更新。',
    ],
    unknown: (facts, when) => [
      `${it(facts)}已发出，但未收到明确答复，暂不清楚会员计划是否已经办理。`,
      `我们将${when}与会员计划核实，且不会造成重复办理。`,
      NOTHING_TWICE,
    ],
    posted: (facts) => [
      `${facts.scheme}已${POSTED[facts.kind]} ${facts.points} 积分。`,
      '这是最终结果，后续不再变化。',
      '旅客无需任何操作，可在会员账户中查看。',
    ],
    rejected: (facts) => [
      `${it(facts)}被拒绝。`,
      facts.rejection.mayAskAgain ? '此次申请已结束，原因解决后可重新申请。' : '此次申请已结束，不会再次尝试。',
      facts.rejection.sentence,
    ],
    cancelled: (facts) => [
      `${it(facts)}在会员计划生效之前已取消。`,
      '此次申请已结束，后续不再变化。',
      '如仍有需要，请旅客联系预订平台重新申请。',
    ],
    'needs-review': (facts, when) => [
      `${it(facts)}${REVIEW[facts.reviewReason].happened}。`,
      `${REVIEW[facts.reviewReason].next}，我们也会${when}再次查询。`,
      NOTHING_TWICE,
    ],
  },
};

const POSTED: Readonly<Record<ExplainedWrite, string>> = { accrual: '入账', reversal: '扣回', refund: '退还' };
const ASKED: Readonly<Record<ExplainedWrite, string>> = { accrual: '累积', reversal: '扣回', refund: '退还' };

function it(facts: WriteFacts): string {
  return `${facts.scheme}${what(facts)}`;
}

function what({ kind, points }: WriteFacts): string {
  return ` ${points} 积分的${ASKED[kind]}申请`;
}
