import { toTypeId } from '../../spec/typeid.js';
import type { SchemeFacts } from '../operation/prepare.js';
import { invalid, Problem } from '../problem.js';
import { burnPoints, valuePerPoint } from '../scheme/burn.js';
import { termsFor } from '../scheme/terms.js';
import { todayIn } from '../scheme/use-cases.js';
import type { LinkFacts, NewQuote, QuoteRow } from './ports.js';
import type { AskQuote, QuoteView } from './redemptions.js';

/** A price may move; a quote is good for this long. */
const VALID_FOR_MS = 600_000;

/** Turns a wish into a quote by the terms in force today, or throws the problem that stops it. */
export function prepareQuote(
  input: AskQuote,
  given: { readonly link: LinkFacts; readonly facts: SchemeFacts; readonly id: string; readonly now: Date },
): NewQuote {
  const { link, facts, id, now } = given;
  const { scheme, adapter } = facts;
  const { redemption } = adapter;
  if (redemption === undefined) throw new Problem('CAPABILITY_MISSING');
  const { reward, price } = input;
  const today = todayIn(scheme.zone, now);
  const terms = termsFor(scheme, { activityDate: today, postingDate: today });
  const rules = terms?.redeem ?? [];
  if (!redemption.rewards.includes(reward.type) || !rules.some((rule) => rule.reward === reward.type)) {
    throw new Problem('REWARD_NOT_SUPPORTED');
  }
  return {
    tenantId: link.tenantId,
    id,
    linkId: link.id,
    scheme: scheme.id,
    reward,
    price: price ?? null,
    points: pointsOf(input, rules),
    holdKind: redemption.flow === 'hold-first' ? 'native' : 'soft',
    termsVersion: terms?.version ?? null,
    validForMs: VALID_FOR_MS,
  };
}

/** By the scheme's rule where there is a price; a platform that knows better than the rule is told so, not believed. */
function pointsOf({ reward, price, points }: AskQuote, rules: Parameters<typeof burnPoints>[0]): number {
  if (price === undefined) {
    if (points === undefined) throw new Problem('PRICE_REQUIRED');
    const fewest = rules.find((rule) => rule.reward === reward.type)?.minimum ?? 1;
    if (points < fewest) throw invalid('/points', `has to be at least ${fewest}`);
    return points;
  }
  const burnt = burnPoints(rules, reward.type, price);
  if ('cannotTell' in burnt) throw invalid('/price', sentenceOf(burnt.cannotTell));
  if ('below' in burnt)
    throw invalid('/price', `comes to fewer than ${burnt.below} points, the fewest that can be redeemed`);
  if (points !== undefined && points !== burnt.points) {
    throw invalid('/points', `the price comes to ${burnt.points} points; points and cash together are not offered yet`);
  }
  return burnt.points;
}

function sentenceOf(why: 'no-rule' | 'other-currency' | 'too-large'): string {
  return why === 'too-large'
    ? 'comes to more points than can be counted'
    : 'is not in a currency that the scheme redeems against';
}

const NOTICES: Readonly<Record<QuoteRow['holdKind'], Readonly<Record<'zh' | 'en', string>>>> = {
  native: {
    zh: '积分由会员计划冻结；在冻结期内确认即可使用。',
    en: 'The scheme itself holds the points; a confirm within the hold spends them.',
  },
  soft: {
    zh: '会员计划不支持冻结，积分仅在我方账上预留；会员若在别处使用积分，确认时仍可能因积分不足被拒绝。',
    en: 'The scheme cannot hold points, so they are only reserved in our books; if the member spends them elsewhere, the confirm can still be refused.',
  },
};

/** A quote as the platform sees it. */
export function quoteView(quote: QuoteRow, language: 'zh' | 'en'): QuoteView {
  const { price, points } = quote;
  return {
    id: toTypeId('qte', quote.id),
    linkId: toTypeId('lnk', quote.linkId),
    scheme: quote.scheme,
    reward: quote.reward,
    points,
    cash: null,
    valuePerPoint: price === null ? null : { currency: price.currency, minor: valuePerPoint(price, points) },
    hold: quote.holdKind,
    holdNotice: NOTICES[quote.holdKind][language],
    expiresAt: quote.expiresAt.toISOString(),
    termsVersion: quote.termsVersion,
  };
}
