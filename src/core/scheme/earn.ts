import type { Activity } from '../../spec/activity.js';
import type { EarnRule, Terms } from '../../spec/scheme.js';
import { type Money, type Points, points } from '../../spec/values.js';
import { currencyExponent } from './currency.js';
import { exactRate } from './rate.js';

/** What an activity earns; `cannotTell` when no rule fits or the money it needs is not known. */
export type Earned = { readonly points: Points } | { readonly cannotTell: true };

const CANNOT_TELL: Earned = { cannotTell: true };

/**
 * The points an activity earns under these terms, in the scheme's smallest unit. The exact product of money and rate is rounded
 * once, at the end: 553.50 at 5 points a unit is 2767.5, so 2767 by `floor`. May be 0, for a small or empty fare.
 */
export function earnedPoints(terms: Pick<Terms, 'earn'>, activity: Activity): Earned {
  const rules = terms.earn.filter((rule) => rule.product === activity.type);
  for (const rule of rules) {
    const money = moneyOf(activity, rule.on);
    if (money?.currency === rule.currency) return applied(rule, money);
  }
  return CANNOT_TELL;
}

function moneyOf(activity: Activity, on: EarnRule['on']): Money | undefined {
  switch (activity.type) {
    case 'flight':
    case 'rail':
      return on === 'fare' ? activity.fare : undefined;
    case 'stay':
      return on === 'eligible' ? activity.eligible : undefined;
    case 'other':
      return on === 'amount' ? activity.amount : undefined;
    default:
      return activity satisfies never;
  }
}

/** In whole numbers throughout: a double has already lost 0.1 before anything is multiplied. */
function applied(rule: EarnRule, money: Money): Earned {
  const exponent = currencyExponent(money.currency);
  if (exponent === null || money.minor < 0) return CANNOT_TELL;
  const rate = exactRate(rule.pointsPerUnit);
  const numerator = BigInt(money.minor) * rate.numerator;
  const denominator = 10n ** BigInt(exponent) * rate.denominator;
  const earned = Number(divided(numerator, denominator, rule.rounding));
  return Number.isSafeInteger(earned) ? { points: points(earned) } : CANNOT_TELL;
}

/** Neither is negative here; `nearest` takes a half upwards. */
function divided(numerator: bigint, denominator: bigint, rounding: EarnRule['rounding']): bigint {
  switch (rounding) {
    case 'floor':
      return numerator / denominator;
    case 'nearest':
      return (2n * numerator + denominator) / (2n * denominator);
    case 'ceil':
      return (numerator + denominator - 1n) / denominator;
    default:
      return rounding satisfies never;
  }
}
