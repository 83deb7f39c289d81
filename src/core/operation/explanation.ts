import { DateTime } from 'luxon';
import type { RefusalReason } from '../../spec/errors.js';
import type { ReviewReason, WriteState } from '../../spec/operation.js';
import type { Scheme } from '../../spec/scheme.js';
import { EXPLANATION_EN } from './explanation-en.js';
import { EXPLANATION_ZH } from './explanation-zh.js';
import type { Explanation, ExplanationFacts, ExplanationLanguage } from './explanation-language.js';
import { refusalFacts, refusalSentence } from './refusal-sentences.js';

/** What an explanation is made of. `points` is the whole amount, bonus included, in the scheme's smallest unit. */
export interface ToExplain {
  readonly kind: 'accrual' | 'reversal';
  readonly state: WriteState;
  readonly points: number;
  readonly scheme: Pick<Scheme, 'name' | 'zone' | 'pointsScale'>;
  readonly attempts: number;
  readonly nextActionAt: Date | null;
  readonly rejection: { readonly reason: RefusalReason } | null;
  readonly reviewReason: ReviewReason | null;
  /** When the operation was read: what was due before then happens "as soon as possible". */
  readonly asOf: Date;
}

const LANGUAGES: Readonly<Record<'zh' | 'en', ExplanationLanguage>> = { zh: EXPLANATION_ZH, en: EXPLANATION_EN };

/** Explains an accrual or a reversal in three sentences, times in the scheme's zone. */
export function explain(operation: ToExplain, language: 'zh' | 'en'): Explanation {
  const words = LANGUAGES[language];
  const reason = operation.rejection?.reason ?? 'supplier-refused';
  const facts: ExplanationFacts = {
    kind: operation.kind,
    scheme: operation.scheme.name[language],
    points: pointsText(operation.points, operation.scheme.pointsScale),
    attempts: operation.attempts,
    rejection: {
      sentence: refusalSentence(reason, language),
      mayAskAgain: refusalFacts(reason).correctedIsNewOperation,
    },
    reviewReason: operation.reviewReason ?? 'quarantined',
  };
  return words.states[operation.state](facts, whenText(operation, words));
}

function whenText(operation: ToExplain, words: ExplanationLanguage): string {
  const { nextActionAt, asOf, scheme } = operation;
  if (nextActionAt === null || nextActionAt <= asOf) return words.soon;
  return DateTime.fromJSDate(nextActionAt, { zone: scheme.zone }).toFormat(words.at(scheme.zone), {
    locale: words.locale,
  });
}

/** Digits are moved, never divided, so that no decimal is lost. */
function pointsText(points: number, scale: number): string {
  const digits = String(points).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
}
