import type { WhyNot } from './actions-on.js';

/** Why an action is not possible, for the person who would like to do it. */
export const WHY_NOT_SENTENCES: Readonly<Record<WhyNot, { readonly zh: string; readonly en: string }>> = {
  final: { zh: '该操作已终结，不会再改变。', en: 'It has ended and does not change any more.' },
  'never-sent': {
    zh: '从未发送给供应商，无从查询。',
    en: 'It was never sent, so the supplier has nothing to look up.',
  },
  'in-flight': {
    zh: '正在就该操作与供应商通信，请等待结果。',
    en: 'Its supplier is being asked right now; wait for what that comes to.',
  },
  'cannot-look': { zh: '该供应商不提供查询。', en: 'This supplier cannot be asked what became of it.' },
  'not-in-review': { zh: '该操作并未等待人工处理。', en: 'It does not wait for a person; it is still on its own way.' },
  'no-proof-of-absence': {
    zh: '没有证据表明供应商未收到；再次发送可能造成重复。',
    en: 'Nothing proves that the supplier does not have it; sending again might do it twice.',
  },
  'past-deadline': { zh: '已超过平台所需的期限。', en: 'The platform stopped wanting it: its deadline has passed.' },
  'hold-ended': {
    zh: '积分保留的剩余时间不足以安全确认。',
    en: 'Too little is left of the hold to confirm it safely.',
  },
  'release-wanted': { zh: '平台已要求释放这些积分。', en: 'The platform has asked for these points to be released.' },
  attempted: { zh: '已尝试发送，不能再取消。', en: 'There was an attempt to send it, so it cannot be cancelled.' },
  'not-releasable': { zh: '此状态下不能释放积分。', en: 'Its points cannot be let go of as it stands.' },
  'not-an-accrual': { zh: '只有累积可以冲正。', en: 'Only an accrual can be reversed.' },
  'not-posted': { zh: '积分尚未入账，无可冲正。', en: 'It is not posted, so there is nothing to take back.' },
  'cannot-reverse': { zh: '该会员计划不支持冲正。', en: 'This scheme does not take accruals back.' },
  'all-reversed': { zh: '已全部冲正。', en: 'Nothing of it is left to take back.' },
  'reversal-open': {
    zh: '另一笔冲正尚未完结，该会员计划一次只能处理一笔。',
    en: 'Another reversal of it is still open, and this scheme takes one at a time.',
  },
  'not-of-this-kind': { zh: '此类操作不适用。', en: 'That does not apply to an operation of this kind.' },
  'not-connected': {
    zh: '目前无法使用该会员计划的连接，请先由运营方修复。',
    en: 'The connection to this scheme cannot be used as it is set up; its operator has to mend it first.',
  },
};
