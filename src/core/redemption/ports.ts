import type { Reward } from '../../spec/reward.js';
import type { Money } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest } from '../answer.js';
import type { LinkFacts } from '../link/facts.js';
import type { OperationAnswer } from '../operation/ports.js';
import type { NewOperation, OperationRow } from '../operation/row.js';
import type { Decision, Snapshot } from '../operation/snapshot.js';

export type { Decision, LinkFacts, NewOperation, OperationAnswer, OperationRow, Snapshot };

/** A quote as it is stored. Ids are UUIDs, points a positive magnitude. */
export interface QuoteRow {
  readonly tenantId: string;
  readonly id: string;
  readonly linkId: string;
  readonly scheme: string;
  readonly reward: Reward;
  readonly price: Money | null;
  readonly points: number;
  readonly holdKind: 'native' | 'soft';
  readonly termsVersion: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly redemptionId: string | null;
}

export type NewQuote = Omit<QuoteRow, 'createdAt' | 'expiresAt' | 'redemptionId'> & { readonly validForMs: number };

/** What a redemption is made of, inside its transaction: the quote under its row lock and the link as it stands. */
export interface RedemptionGround {
  readonly quote: QuoteRow | null;
  readonly link: LinkFacts | null;
  /** The mirrored balance less what is set aside, under the account's row lock; `null` where no balance is known. */
  readonly available: number | null;
  readonly now: Date;
}

export interface RedemptionRequest {
  readonly caller: Caller;
  readonly quoteId: string;
  readonly request: IdempotentRequest;
  readonly prepare: (ground: RedemptionGround) => NewOperation;
  readonly accepted: (operation: NewOperation) => OperationAnswer;
}

/** What an act on a redemption comes to: a decision, a wish that is noted beside what is under way, or nothing new. */
export type Act =
  | { readonly act: 'become'; readonly decision: Decision }
  | { readonly act: 'note'; readonly intent: 'release' }
  | { readonly act: 'nothing' };

export interface ActRequest {
  readonly caller: Caller;
  readonly redemptionId: string;
  readonly request: IdempotentRequest;
  /** Called with the redemption's row locked: whoever comes second sees what the first did. Throws the problem that stops it. */
  readonly judge: (redemption: OperationRow, snapshot: Snapshot) => Act;
  readonly acted: (redemption: OperationRow) => OperationAnswer;
}

/** Every write is one transaction with its idempotency key: dying before its commit leaves nothing, after it everything. */
export interface RedemptionStore {
  link(caller: Caller, linkId: string): Promise<LinkFacts | null>;
  saveQuote(caller: Caller, quote: NewQuote): Promise<QuoteRow>;
  quote(caller: Caller, quoteId: string): Promise<QuoteRow | null>;
  accept(request: RedemptionRequest): Promise<Answer>;
  act(request: ActRequest): Promise<Answer>;
}
