import type { ReviewPhrases } from './explanation-language.js';

/** What most operations ask of the traveller, and those whose outcome is open. */
export const NOTHING = '旅客无需任何操作。';
export const NOTHING_TWICE = '旅客无需任何操作，也请不要重复申请。';

const PERSON = '将由工作人员查明后处理';

/** Why an operation waits for a person, in Chinese; follows the operation that it is about. */
export const REVIEW: ReviewPhrases = {
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
  'hold-overdue': { happened: '预留期早已结束，会员计划却仍显示积分被预留', next: PERSON },
  'not-supported': { happened: '无法自动提交给该会员计划', next: '将由工作人员与会员计划联系办理' },
};
