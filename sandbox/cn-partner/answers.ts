import type { components } from '../../contracts/generated/cn-partner.js';
import type { WireAnswer } from '../platform.js';

/** The contract's own schemas. */
export type Wire = components['schemas'];

/** The refusals of the contract's table that this sandbox can meet, with their HTTP status. */
const STATUSES = {
  INVALID: 422,
  SIGNATURE: 401,
  MEMBER_NOT_FOUND: 404,
  NOT_FOUND: 404,
  NAME_MISMATCH: 422,
  NOT_ELIGIBLE: 422,
  INSUFFICIENT_POINTS: 422,
  BELOW_FIRST_REDEMPTION: 422,
  BENEFICIARY_NOT_EFFECTIVE: 422,
  HOLD_EXPIRED: 409,
  KEY_REUSED: 409,
  THROTTLED: 429,
  BUSY: 503,
} as const;
export type Code = keyof typeof STATUSES;

const MESSAGES: Readonly<Record<Code, string>> = {
  INVALID: '请求不符合规范',
  SIGNATURE: '签名无效',
  MEMBER_NOT_FOUND: '会员不存在',
  NOT_FOUND: '记录不存在',
  NAME_MISMATCH: '姓名或证件号不一致',
  NOT_ELIGIBLE: '该行程不可累积',
  INSUFFICIENT_POINTS: '积分余额不足',
  BELOW_FIRST_REDEMPTION: '累计积分首次达到兑换门槛后方可兑换',
  BENEFICIARY_NOT_EFFECTIVE: '受让人不存在或尚未生效',
  HOLD_EXPIRED: '积分预留已失效',
  KEY_REUSED: '幂等键已用于其他请求',
  THROTTLED: '请求过于频繁',
  BUSY: '系统繁忙，请稍后再试',
};

/** A refusal in the contract's form. */
export function refusal(code: Code, detail?: string): WireAnswer {
  const body: Wire['Error'] = { code, message: detail ?? MESSAGES[code] };
  return { status: STATUSES[code], body };
}

/** A body that breaks the contract's rules. */
export function invalid(complaint: string): WireAnswer {
  return refusal('INVALID', complaint);
}

/** A reference in the right form that is not this one, for the fault `wrongEcho`. */
export function otherReference(reference: string): string {
  return `${(Number(reference[0]) + 1) % 10}${reference.slice(1)}`;
}
