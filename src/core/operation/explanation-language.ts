import type { ReviewReason, WriteState } from '../../spec/operation.js';

/** What there is to say of one operation, ready to be put into sentences. */
export interface ExplanationFacts {
  readonly kind: 'accrual' | 'reversal';
  readonly scheme: string;
  /** With separators and decimals: `1,200`. */
  readonly points: string;
  readonly attempts: number;
  readonly rejection: { readonly sentence: string; readonly mayAskAgain: boolean };
  readonly reviewReason: ReviewReason;
}

/** What happened, what happens next by when, what the traveller should do. */
export type Explanation = readonly [happened: string, next: string, toDo: string];

/** One language: how a time is said (`at`, a Luxon format), what is said when it has come already (`soon`), and the sentences of every state. */
export interface ExplanationLanguage {
  readonly locale: string;
  readonly soon: string;
  readonly at: (zone: string) => string;
  readonly states: Readonly<Record<WriteState, (facts: ExplanationFacts, when: string) => Explanation>>;
}
