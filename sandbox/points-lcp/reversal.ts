import type { Field } from '../engine/shape.js';
import { readJson } from '../engine/wire-body.js';
import type { Members } from '../engine/members.js';
import type { WireAnswer, WireRequest } from '../platform.js';
import { INSUFFICIENT, isUncovered, type Ledger, malformed, type Transaction } from './ledger.js';

interface ReversalParts {
  readonly ledger: Ledger;
  readonly members: Members;
}

/**
 * `POST /Reversal`, whole or in part; a negative amount takes points back, a positive one gives them back. Nothing identifies a
 * reversal: sent twice it is done twice, as far as the cap of the original amount allows.
 */
export function reverse(request: WireRequest, parts: ReversalParts): WireAnswer {
  return readJson(request, (body) => answerFor(body, parts), malformed);
}

function answerFor(body: Field, parts: ReversalParts): WireAnswer {
  const transactionId = body.at('transactionId').text({ max: 100 });
  const amount = body.at('amount').whole();
  const transaction = parts.ledger.byId(transactionId);
  if (!transaction) return answer(400, transactionId, 'Error: No such transactionId');
  const refusal = refusalOf(transaction, amount, parts);
  if (refusal !== null) return answer(200, transactionId, refusal);
  parts.ledger.save({ ...transaction, reversed: transaction.reversed + Math.abs(amount) });
  const row = parts.ledger.reverse(transaction, amount);
  const body200 = { status: 'success', statusMessage: 'SUCCESS', transactionId };
  return { status: 200, body: { ...body200, reversalTransactionId: row.supplierReference } };
}

function refusalOf(transaction: Transaction, amount: number, { ledger, members }: ReversalParts): string | null {
  if (transaction.outcome !== 'success') return 'Error: Transaction was not successful';
  if (amount === 0 || Math.sign(amount) === Math.sign(transaction.amount)) return 'Error: Invalid amount';
  const over = transaction.reversed + Math.abs(amount) > Math.abs(transaction.amount);
  if (over) return 'Error: Amount exceeds the original transaction';
  const member = members.byNumber(transaction.memberId);
  return member && isUncovered(amount, member, ledger) ? INSUFFICIENT.statusMessage : null;
}

function answer(status: 200 | 400, transactionId: string, statusMessage: string): WireAnswer {
  return { status, body: { status: 'failure', statusMessage, transactionId } };
}
