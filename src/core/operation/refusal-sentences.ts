import type { RefusalReason } from '../../spec/errors.js';
import type { Bilingual } from '../../spec/values.js';

/** What a platform may do about a refusal. */
export interface RefusalFacts {
  readonly fixableBy: 'traveller' | 'platform' | 'supplier' | 'nobody';
  /**
   * Whether trying again once it is put right is a new operation, with an Idempotency-Key of its own; `false` where there is
   * nothing to try again, or where only a link is tried again.
   */
  readonly correctedIsNewOperation: boolean;
}

interface Refusal extends RefusalFacts, Bilingual {}

/** The sentence for the traveller: what is wrong and, where something helps, what. The supplier's own words never go in. */
export function refusalSentence(reason: RefusalReason, language: 'zh' | 'en'): string {
  return REFUSALS[reason][language];
}

/** Who can put a refusal right, and whether that takes a new operation. */
export function refusalFacts(reason: RefusalReason): RefusalFacts {
  const { fixableBy, correctedIsNewOperation } = REFUSALS[reason];
  return { fixableBy, correctedIsNewOperation };
}

function by(fixableBy: RefusalFacts['fixableBy'], correctedIsNewOperation: boolean, zh: string, en: string): Refusal {
  return { fixableBy, correctedIsNewOperation, zh, en };
}

const REFUSALS: Readonly<Record<RefusalReason, Refusal>> = {
  'member-not-found': by(
    'traveller',
    true,
    '会员计划中查不到该会员号，请核对后重新提供。',
    'The scheme does not know this member number; please check it and give it again.',
  ),
  'name-mismatch': by(
    'traveller',
    true,
    '姓名与会员计划登记的不一致，请按会员账户中的写法提供姓名。',
    'The name differs from the one the scheme holds; please give it exactly as it stands in the member account.',
  ),
  'document-mismatch': by(
    'traveller',
    true,
    '证件信息与会员计划登记的不一致，请使用会员账户中登记的证件。',
    'The identity document differs from the one the scheme holds; please use the document registered there.',
  ),
  'member-suspended': by(
    'supplier',
    true,
    '该会员账户已被会员计划暂停，请联系会员计划客服恢复。',
    'The scheme has suspended this member account; please ask its customer service to restore it.',
  ),
  'member-closed': by(
    'traveller',
    true,
    '该会员账户已注销，如有其他会员账户，请改用该账户。',
    'This member account is closed; if you have another one with the scheme, please use that.',
  ),
  'member-merged': by(
    'traveller',
    true,
    '该会员号已并入另一个会员号，请提供现在使用的会员号。',
    'This member number was merged into another; please give the number you use now.',
  ),
  'verification-locked': by(
    'traveller',
    false,
    '核验失败次数过多，会员计划已暂时锁定核验，请稍后再试或联系会员计划客服。',
    'The scheme has paused verification after too many failed tries; please try later or ask its customer service.',
  ),
  'not-eligible-fare': by(
    'nobody',
    false,
    '所购票价或房价类型不能累积或使用积分。',
    'The fare or rate you bought does not take part in the scheme.',
  ),
  'not-eligible-channel': by(
    'nobody',
    false,
    '会员计划不为通过该渠道的预订提供积分。',
    'The scheme gives no points for bookings made through this channel.',
  ),
  'not-eligible-person': by(
    'nobody',
    false,
    '按会员计划规则，该出行人不能参加此次积分。',
    'Under the rules of the scheme this traveller cannot take part.',
  ),
  'activity-not-found': by(
    'platform',
    true,
    '会员计划查不到这次行程，预订平台会核对票号或订单号后重新提交。',
    'The scheme cannot find this trip; your booking platform will check the ticket or booking number and send it again.',
  ),
  'already-credited': by(
    'nobody',
    false,
    '这次行程的积分此前已经入账，请查看会员账户明细。',
    'The points for this trip were credited before; please look at the statement of your member account.',
  ),
  'too-early': by(
    'platform',
    true,
    '会员计划暂不受理这次行程，预订平台会在可受理后重新提交。',
    'It is too early for the scheme to take this trip; your booking platform will send it again when it can.',
  ),
  'too-late': by(
    'nobody',
    false,
    '已超过会员计划规定的期限，无法再办理。',
    'The time limit of the scheme has passed, and it can no longer be done.',
  ),
  'insufficient-points': by(
    'traveller',
    true,
    '会员账户中的可用积分不足，请减少积分数量，或在积分增加后再试。',
    'There are not enough points in the member account; please use fewer, or try again when there are more.',
  ),
  'below-minimum': by(
    'traveller',
    true,
    '未达到会员计划规定的最低积分，请达到后再试。',
    'This is below the least number of points the scheme asks for; please try again once you have reached it.',
  ),
  'cap-reached': by(
    'nobody',
    false,
    '已达到会员计划规定的积分上限。',
    'The upper limit of the scheme has been reached.',
  ),
  'beneficiary-not-effective': by(
    'traveller',
    true,
    '该受让人尚未生效，请在生效日期之后再试。',
    'This beneficiary is not effective yet; please try again after the date on which it becomes so.',
  ),
  'reward-unavailable': by(
    'traveller',
    true,
    '所选奖励已无名额，请更换日期或选择其他奖励。',
    'The chosen reward is no longer available; please choose another date or another reward.',
  ),
  'price-changed': by(
    'traveller',
    true,
    '所需积分或价格已变化，请按新的报价重新确认。',
    'The points or the price have changed; please look at the new quote and decide again.',
  ),
  'quote-expired': by(
    'traveller',
    true,
    '报价已过期，请重新获取报价。',
    'The quote has expired; please ask for a new one.',
  ),
  'hold-expired': by(
    'traveller',
    true,
    '积分保留时间已过，积分已退回账户，请重新开始。',
    'The time for which the points were held has passed and they are free again; please start anew.',
  ),
  'policy-refused': by(
    'platform',
    true,
    '贵公司的差旅政策不允许此次操作，如有疑问请联系公司差旅负责人。',
    'Your company’s travel policy does not allow this; please ask whoever looks after travel there.',
  ),
  'fraud-stop': by(
    'supplier',
    true,
    '出于安全原因，会员计划拒绝了此次操作，请联系会员计划客服。',
    'The scheme stopped this for security reasons; please contact its customer service.',
  ),
  'supplier-refused': by(
    'supplier',
    true,
    '会员计划拒绝了此次操作，未说明可由您更正的原因，请联系会员计划客服。',
    'The scheme refused this without a reason that you could put right; please contact its customer service.',
  ),
};
