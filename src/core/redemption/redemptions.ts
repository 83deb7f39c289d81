import type { Reward } from '../../spec/reward.js';
import type { Instant, Money } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest } from '../answer.js';

/** The body of `POST /v1/quotes` once validated; at least one of price and points. */
export interface AskQuote {
  readonly linkId: string;
  readonly reward: Reward;
  /** What the reward costs in money; the terms turn it into points. */
  readonly price?: Money | undefined;
  /** What the reward costs in points, where the platform knows; has to be what the terms make of a price that is given too. */
  readonly points?: number | undefined;
}

/** The contract's `Quote`. */
export interface QuoteView {
  readonly id: string;
  readonly linkId: string;
  readonly scheme: string;
  readonly reward: Reward;
  readonly points: number;
  /** Nothing is due in money yet: every quote is for points alone. */
  readonly cash: null;
  /** What one point buys, in minor units of the price's currency, to four decimals; `null` without a price. */
  readonly valuePerPoint: { readonly currency: string; readonly minor: string } | null;
  readonly hold: 'native' | 'soft';
  /** What the kind of hold means for whoever confirms, in the caller's language. */
  readonly holdNotice: string;
  /** Until when a redemption may be made of it. */
  readonly expiresAt: Instant;
  readonly termsVersion: string | null;
}

/** The body of `POST /v1/redemptions` once validated; the quote's id is a UUID. */
export interface AcceptRedemption {
  readonly quoteId: string;
  readonly clientReference?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The body of `POST /v1/redemptions/{id}/refund`; without `points` all that is left. */
export interface AcceptRefund {
  readonly redemptionId: string;
  readonly points?: number | undefined;
  readonly reason: string;
  readonly clientReference?: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The use cases around spending points. Ids are UUIDs in, public ids out; answers are operations. */
export interface Redemptions {
  quote(caller: Caller, input: AskQuote, language: 'zh' | 'en'): Promise<QuoteView>;
  redeem(caller: Caller, input: AcceptRedemption, request: IdempotentRequest): Promise<Answer>;
  /** The pivot: 409 `REDEMPTION_STATE` unless it is held, 409 `HOLD_ENDING` when too little is left of the hold. */
  confirm(caller: Caller, redemptionId: string, request: IdempotentRequest): Promise<Answer>;
  /** Lets go of the points: at once, or after what is under way is known; 409 `REDEMPTION_STATE` from the pivot on. */
  release(caller: Caller, redemptionId: string, request: IdempotentRequest): Promise<Answer>;
  refund(caller: Caller, input: AcceptRefund, request: IdempotentRequest): Promise<Answer>;
}
