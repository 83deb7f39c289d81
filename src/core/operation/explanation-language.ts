import type { RedemptionState, RedemptionStep, ReviewReason, WriteState } from '../../spec/operation.js';
import type { Hold } from '../../spec/reward.js';
import type { Intent } from './snapshot.js';

/** Kinds that are one write at the supplier and have words of their own. */
export type ExplainedWrite = 'accrual' | 'reversal' | 'refund';

/** What there is to say of any operation, ready to be put into sentences. */
interface Facts {
  readonly scheme: string;
  /** With separators and decimals: `1,200`. */
  readonly points: string;
  readonly attempts: number;
  readonly rejection: { readonly sentence: string; readonly mayAskAgain: boolean };
  readonly reviewReason: ReviewReason;
}

/** What there is to say of one write. */
export interface WriteFacts extends Facts {
  readonly kind: ExplainedWrite;
}

/** What there is to say of a redemption. */
export interface RedemptionFacts extends Facts {
  readonly step: RedemptionStep;
  readonly intent: Intent | null;
  /** `until` is a time in words; `null` before anything was set aside. */
  readonly hold: { readonly kind: Hold['kind']; readonly until: string } | null;
}

/** What happened, what happens next by when, what the traveller should do. */
export type Explanation = readonly [happened: string, next: string, toDo: string];

type Sentences<State extends string, F> = Readonly<Record<State, (facts: F, when: string) => Explanation>>;

/**
 * One language: how a time is written (`time`, a Luxon format) and put into a sentence (`on`), what is said when it has come already
 * (`soon`), and the sentences of every state.
 */
export interface ExplanationLanguage {
  readonly locale: string;
  readonly soon: string;
  readonly time: (zone: string) => string;
  readonly on: (time: string) => string;
  readonly writes: Sentences<WriteState, WriteFacts>;
  readonly redemptions: Sentences<RedemptionState, RedemptionFacts>;
}

/** What a review is about, and what happens in it: the middle of a sentence and the beginning of one. */
export type ReviewPhrases = Readonly<Record<ReviewReason, { readonly happened: string; readonly next: string }>>;
