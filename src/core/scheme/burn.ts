import type { RewardType } from '../../spec/reward.js';
import type { BurnRule } from '../../spec/scheme.js';
import type { Money } from '../../spec/values.js';
import { currencyExponent } from './currency.js';
import { exactRate } from './rate.js';

/**
 * What a price comes to in points of the scheme's smallest unit. `below`: it would take fewer than that many, the fewest a redemption
 * may take. `cannotTell`: the scheme has no rule for the reward, none in the price's currency, or more points than can be counted.
 */
export type Burnt =
  | { readonly points: number }
  | { readonly cannotTell: 'no-rule' | 'other-currency' | 'too-large' }
  | { readonly below: number };

/**
 * The points that a reward of this price takes, rounded up once, at the end: 553.01 at 2.5 points a unit is 1382.525, so 1383. In
 * whole numbers throughout, since a double has already lost 0.1 before anything is multiplied.
 */
export function burnPoints(rules: readonly BurnRule[], rewardType: RewardType, price: Money): Burnt {
  const forReward = rules.filter(({ reward }) => reward === rewardType);
  if (forReward.length === 0) return { cannotTell: 'no-rule' };
  const rule = forReward.find(({ currency }) => currency === price.currency);
  const exponent = currencyExponent(price.currency);
  if (rule === undefined || exponent === null) return { cannotTell: 'other-currency' };
  const rate = exactRate(rule.pointsPerUnit);
  const taken = dividedUp(BigInt(price.minor) * rate.numerator, 10n ** BigInt(exponent) * rate.denominator);
  const fewest = rule.minimum ?? 1;
  if (taken < BigInt(fewest)) return { below: fewest };
  return taken > BigInt(Number.MAX_SAFE_INTEGER) ? { cannotTell: 'too-large' } : { points: Number(taken) };
}

/** What one point buys, in minor units of the price's currency to four decimals, half of the last one upwards. `points` is above 0. */
export function valuePerPoint(price: Money, points: number): string {
  const taken = BigInt(points);
  const tenThousandths = (2n * BigInt(price.minor) * 10_000n + taken) / (2n * taken);
  const digits = String(tenThousandths).padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** Towards the next whole number above; BigInt division already takes what is negative towards 0, which is up. */
function dividedUp(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  return whole * denominator < numerator ? whole + 1n : whole;
}
