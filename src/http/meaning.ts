import { Problem, type FieldError } from '../core/problem.js';
import type { components } from '../../contracts/generated/gateway.js';
import type { Language } from './language.js';

type AccrualRequest = components['schemas']['AccrualRequest'];
type LinkRequest = components['schemas']['LinkRequest'];
type QuoteRequest = components['schemas']['QuoteRequest'];
type BreakActionRequest = components['schemas']['BreakActionRequest'];
type SupportActionRequest = components['schemas']['SupportActionRequest'];
type RequeueRequest = components['schemas']['RequeueRequest'];
type ResyncRequest = components['schemas']['ResyncRequest'];

/** What a schema cannot say: rules between two fields. Each throws a 422 that names the field to change. */
export function checkAccrual({ activity, points, bonusPoints }: AccrualRequest, language: Language): void {
  if (activity.type === 'stay' && activity.checkOut < activity.checkIn) {
    throw broken('/activity/checkOut', 'checkOutFirst', language);
  }
  if (!Number.isSafeInteger((points ?? 0) + (bonusPoints ?? 0))) throw broken('/bonusPoints', 'tooMany', language);
}

export function checkLink({ holder }: LinkRequest, language: Language): void {
  const scripts = (holder.names ?? []).map(({ script }) => script);
  const again = scripts.findIndex((script, index) => scripts.indexOf(script) < index);
  if (again >= 0) throw broken(`/holder/names/${again}/script`, 'scriptTwice', language);
}

export function checkQuote({ reward, price }: QuoteRequest, language: Language): void {
  if (reward.type === 'stay' && reward.checkOut < reward.checkIn) {
    throw broken('/reward/checkOut', 'checkOutFirst', language);
  }
  if (price?.minor === 0) throw broken('/price/minor', 'forNothing', language);
}

export function checkBreakAction({ action, owner }: BreakActionRequest, language: Language): void {
  if (action === 'assign' && owner === undefined) throw broken('/owner', 'ownerMissing', language);
  if (action !== 'assign' && owner !== undefined) throw broken('/owner', 'ownerOfNothing', language);
}

export function checkResync({ scope: { from, to } }: ResyncRequest, language: Language): void {
  checkRange(from, to, language, '/scope/to');
}

export function checkSupportAction({ action, evidence }: SupportActionRequest, language: Language): void {
  if (action === 'settle' && evidence === undefined) throw broken('/evidence', 'evidenceMissing', language);
  if (action !== 'settle' && evidence !== undefined) throw broken('/evidence', 'evidenceOfNothing', language);
  if (evidence === undefined) return;
  const { outcome, supplierReference, reason } = evidence;
  if (supplierReference !== undefined && outcome !== 'posted' && outcome !== 'confirmed') {
    throw broken('/evidence/supplierReference', 'referenceOfNothing', language);
  }
  if (reason !== undefined && outcome !== 'rejected') throw broken('/evidence/reason', 'refusalOfNothing', language);
}

export function checkRequeue({ dryRun, previewId }: RequeueRequest, language: Language): void {
  if (dryRun && previewId !== undefined) throw broken('/previewId', 'previewOfPreview', language);
  if (!dryRun && previewId === undefined) throw broken('/previewId', 'previewMissing', language);
}

/** `from` and `to` are instants of the contract's form, whose fractions may differ in length. */
export function checkRange(
  from: string | undefined,
  to: string | undefined,
  language: Language,
  pointer = '/query/to',
): void {
  if (from === undefined || to === undefined || Date.parse(from) <= Date.parse(to)) return;
  throw broken(pointer, 'endFirst', language);
}

function broken(pointer: FieldError['pointer'], rule: keyof typeof RULES, language: Language): Problem {
  return new Problem('INVALID', { errors: [{ pointer, message: RULES[rule][language] }] });
}

const RULES = {
  checkOutFirst: { zh: '不得早于 checkIn', en: 'must not be before checkIn' },
  tooMany: {
    zh: '与 points 之和不得超过 9007199254740991',
    en: 'must not exceed 9007199254740991 together with points',
  },
  scriptTwice: { zh: '每种文字只能有一个姓名', en: 'must be the only name in its script' },
  forNothing: { zh: '应大于 0', en: 'must be more than 0' },
  ownerMissing: { zh: '指派时为必填项', en: 'is required to assign' },
  ownerOfNothing: { zh: '仅可用于指派', en: 'goes with assign only' },
  evidenceMissing: { zh: '了结时为必填项', en: 'is required to settle' },
  evidenceOfNothing: { zh: '仅可用于了结', en: 'goes with settle only' },
  referenceOfNothing: { zh: '仅可用于 posted 和 confirmed', en: 'goes with posted and confirmed only' },
  refusalOfNothing: { zh: '仅可用于 rejected', en: 'goes with rejected only' },
  previewMissing: { zh: '执行时为必填项，请先预览', en: 'is required to run: preview first' },
  previewOfPreview: { zh: '仅可用于执行，预览时不可填', en: 'goes with a run, not with a preview' },
  endFirst: { zh: '不得早于 from', en: 'must not be before from' },
};
