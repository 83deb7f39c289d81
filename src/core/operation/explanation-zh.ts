import type { ReviewReason } from '../../spec/operation.js';
import type { ExplanationFacts, ExplanationLanguage } from './explanation-language.js';

const NOTHING = '旅客无需任何操作。';
const NOTHING_TWICE = '旅客无需任何操作，也请不要重复申请。';

/** Sentences for a person who has the traveller on the phone; `when` stands before its verb and brings its own preposition. */
export const EXPLANATION_ZH: ExplanationLanguage = {
  locale: 'zh-CN',
  soon: '尽快',
  at: (zone) => `'于' yyyy '年' L '月' d '日' HH:mm'（${zone} 时间）'`,
  states: {
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
      facts.kind === 'accrual'
        ? `${facts.scheme}已入账 ${facts.points} 积分。`
        : `${facts.scheme}已扣回 ${facts.points} 积分。`,
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

const PERSON = '将由工作人员查明后处理';

const REVIEW: Readonly<Record<ReviewReason, { readonly happened: string; readonly next: string }>> = {
  'awaiting-file': {
    happened: '已发出，结果要以会员计划的结算文件为准',
    next: '结算文件到达后即可确定，或由工作人员处理',
  },
  deadline: { happened: '未能在期限内完成', next: PERSON },
  'unmapped-refusal': { happened: '被会员计划以我们未知的代码拒绝', next: PERSON },
  'look-ups-exhausted': { happened: '已发出，但答复和多次查询都未能确定是否已经办理', next: PERSON },
  absent: { happened: '已发出，但会员计划没有相应记录', next: '将由工作人员决定是否重新提交' },
  'possible-duplicate': { happened: '未提交，因为同一行程可能已经申请过积分', next: PERSON },
  'evidence-mismatch': { happened: '与会员计划反馈的内容不一致', next: PERSON },
  'supplier-reference-taken': { happened: '已获会员计划确认，但其编号属于另一笔申请', next: PERSON },
  quarantined: { happened: '因我方错误暂时搁置', next: PERSON },
  'not-supported': { happened: '无法自动提交给该会员计划', next: '将由工作人员与会员计划联系办理' },
};

function it(facts: ExplanationFacts): string {
  return `${facts.scheme}${what(facts)}`;
}

function what({ kind, points }: ExplanationFacts): string {
  return kind === 'accrual' ? ` ${points} 积分的累积申请` : ` ${points} 积分的扣回申请`;
}
