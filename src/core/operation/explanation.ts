import { DateTime } from 'luxon';
import type { RefusalReason } from '../../spec/errors.js';
import type { RedemptionState, RedemptionStep, ReviewReason, WriteState } from '../../spec/operation.js';
import type { Hold } from '../../spec/reward.js';
import type { Scheme } from '../../spec/scheme.js';
import { EXPLANATION_EN } from './explanation-en.js';
import { EXPLANATION_ZH } from './explanation-zh.js';
import type { ExplainedWrite, Explanation, ExplanationLanguage } from './explanation-language.js';
import { refusalFacts, refusalSentence } from './refusal-sentences.js';
import type { OperationRow } from './row.js';
import type { Intent } from './snapshot.js';

/** What every explanation is made of. `points` is the whole amount, bonus included, in the scheme's smallest unit. */
interface Explainable {
  readonly points: number;
  readonly scheme: Pick<Scheme, 'name' | 'zone' | 'pointsScale'>;
  readonly attempts: number;
  readonly nextActionAt: Date | null;
  readonly rejection: { readonly reason: RefusalReason } | null;
  readonly reviewReason: ReviewReason | null;
  /** When the operation was read: what was due before then happens "as soon as possible". */
  readonly asOf: Date;
}

/** An operation of a kind that has words of its own. */
export type ToExplain = Explainable &
  (
    | { readonly kind: ExplainedWrite; readonly state: WriteState }
    | {
        readonly kind: 'redemption';
        readonly state: RedemptionState;
        readonly step: RedemptionStep | null;
        readonly intent: Intent | null;
        readonly hold: Hold | null;
      }
  );

/** What an explanation reads of an operation as it is stored. */
export type ExplainedRow = Pick<
  OperationRow,
  | 'kind'
  | 'state'
  | 'step'
  | 'intent'
  | 'hold'
  | 'points'
  | 'bonusPoints'
  | 'attempts'
  | 'nextActionAt'
  | 'rejection'
  | 'reviewReason'
>;

const LANGUAGES: Readonly<Record<'zh' | 'en', ExplanationLanguage>> = { zh: EXPLANATION_ZH, en: EXPLANATION_EN };

/** An operation as `explain` takes it; `null` for a kind that nobody can ask for yet. */
export function toExplain(row: ExplainedRow, scheme: ToExplain['scheme'], asOf: Date): ToExplain | null {
  const { kind, step, intent, hold, attempts, nextActionAt, rejection, reviewReason } = row;
  const points = row.points + row.bonusPoints;
  const common = { points, scheme, attempts, nextActionAt, rejection, reviewReason, asOf };
  switch (kind) {
    case 'accrual':
    case 'reversal':
    case 'refund':
      return { ...common, kind, state: row.state as WriteState };
    case 'redemption':
      return { ...common, kind, state: row.state as RedemptionState, step, intent, hold };
    case 'expectation':
    case 'attachment':
    case 'change':
    case 'transfer':
    case 'mirror':
    case 'claim':
      return null;
    default:
      return kind satisfies never;
  }
}

/** Explains an operation in three sentences, times in the scheme's zone. */
export function explain(operation: ToExplain, language: 'zh' | 'en'): Explanation {
  const words = LANGUAGES[language];
  const { scheme, attempts } = operation;
  const reason = operation.rejection?.reason ?? 'supplier-refused';
  const facts = {
    scheme: scheme.name[language],
    points: pointsText(operation.points, scheme.pointsScale),
    attempts,
    rejection: {
      sentence: refusalSentence(reason, language),
      mayAskAgain: refusalFacts(reason).correctedIsNewOperation,
    },
    reviewReason: operation.reviewReason ?? 'quarantined',
  };
  const when = whenText(operation, words);
  if (operation.kind !== 'redemption') {
    return words.writes[operation.state]({ ...facts, kind: operation.kind }, when);
  }
  const { state, step, intent, hold } = operation;
  const held =
    hold === null ? null : { kind: hold.kind, until: timeText(new Date(hold.expiresAt), scheme.zone, words) };
  return words.redemptions[state]({ ...facts, step: step ?? 'hold', intent, hold: held }, when);
}

function whenText({ nextActionAt, asOf, scheme }: ToExplain, words: ExplanationLanguage): string {
  if (nextActionAt === null || nextActionAt <= asOf) return words.soon;
  return words.on(timeText(nextActionAt, scheme.zone, words));
}

function timeText(at: Date, zone: string, words: ExplanationLanguage): string {
  return DateTime.fromJSDate(at, { zone }).toFormat(words.time(zone), { locale: words.locale });
}

/** Digits are moved, never divided, so that no decimal is lost. */
function pointsText(points: number, scale: number): string {
  const digits = String(points).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
}
