import type { BookRow } from '../engine/books.js';
import type { Member } from '../engine/members.js';
import { balanceOf, type Parts, type WireAnswer } from '../platform.js';

/** What became of a posting; `undecided` was answered `systemError` and awaits its retry. */
type Outcome = 'success' | 'failure' | 'undecided';

/** A posting as the programme keeps it, one per `callback`. */
export interface Transaction {
  readonly transactionId: string;
  readonly callback: string;
  readonly memberId: string;
  readonly amount: number;
  readonly outcome: Outcome;
  /** The status and message last answered. */
  readonly answer: { readonly status: 'success' | 'failure' | 'systemError'; readonly statusMessage: string };
  /** Whether the points have moved; true with an `undecided` outcome is what makes a system error nasty. */
  readonly applied: boolean;
  /** The magnitude of what was reversed so far. */
  readonly reversed: number;
}

/** The programme's transactions. */
export interface Ledger {
  byCallback(callback: string): Transaction | undefined;
  byId(transactionId: string): Transaction | undefined;
  save(transaction: Transaction): Transaction;
  nextId(): string;
  /** Moves the points of a posting. */
  credit(transaction: Transaction, member: Member): BookRow;
  /** Moves points against a posting, under an id of their own. */
  reverse(transaction: Transaction, amount: number): BookRow;
  balance(member: Member): number;
}

/** What a row of the books remembers of its posting; a reversal has the `callback` of what it reverses. */
export interface RowDetail {
  readonly callback: string;
}

export const SUCCESS = { status: 'success', statusMessage: 'SUCCESS' } as const;
export const INSUFFICIENT = { status: 'failure', statusMessage: 'Error: Insufficient balance' } as const;

/** Whether a debit would take the member below nothing; a credit never does. */
export function isUncovered(amount: number, member: Member, ledger: Pick<Ledger, 'balance'>): boolean {
  return amount < 0 && ledger.balance(member) + amount < 0;
}

export function openLedger(parts: Parts): Ledger {
  const transactions = parts.collection<Transaction>('transactions');
  const ids = parts.collection<string>('transaction-ids');
  return {
    byCallback: (callback) => transactions.get(callback),
    byId: (transactionId) => {
      const callback = ids.get(transactionId);
      return callback === undefined ? undefined : transactions.get(callback);
    },
    save: (transaction) => {
      transactions.set(transaction.callback, transaction);
      if (ids.get(transaction.transactionId) === undefined) ids.set(transaction.transactionId, transaction.callback);
      return transaction;
    },
    nextId: () => parts.books.nextReference('LP'),
    credit: (transaction, member) =>
      parts.books.apply({
        reference: referenceOf(transaction.callback),
        supplierReference: transaction.transactionId,
        memberNumber: member.number,
        points: transaction.amount,
        kind: transaction.amount > 0 ? 'accrual' : 'redemption',
        detail: { callback: transaction.callback } satisfies RowDetail,
      }),
    reverse: (transaction, amount) =>
      parts.books.apply({
        reference: referenceOf(transaction.callback),
        supplierReference: parts.books.nextReference('LPR'),
        memberNumber: transaction.memberId,
        points: amount,
        kind: amount > 0 ? 'refund' : 'reversal',
        detail: { callback: transaction.callback } satisfies RowDetail,
      }),
    balance: (member) => balanceOf(parts, member),
  };
}

/** The books name a posting by the last part of its `callback`; the rest says who the partner is. */
function referenceOf(callback: string): string {
  return callback.slice(callback.lastIndexOf(':') + 1);
}

/** How every posting and retry is answered: HTTP 200, whatever became of it. */
export function told({ answer, transactionId }: Pick<Transaction, 'answer' | 'transactionId'>): WireAnswer {
  return { status: 200, body: { ...answer, transactionId } };
}

/** A body that is no JSON object or lacks what the contract requires; the contract names no answer for it. */
export function malformed(complaint: string): WireAnswer {
  return { status: 400, body: { status: 'failure', statusMessage: `Error: ${complaint}` } };
}
