import type { Member } from '../engine/members.js';
import type { Field } from '../engine/shape.js';
import { readJson } from '../engine/wire-body.js';
import type { Parts, WireAnswer, WireRequest } from '../platform.js';
import { INSUFFICIENT, isUncovered, type Ledger, malformed, SUCCESS, told, type Transaction } from './ledger.js';

export interface PostingParts extends Parts {
  readonly ledger: Ledger;
  /** Whether the amounts of the platform's own sandbox force their outcomes. */
  readonly magicAmounts: boolean;
}

/**
 * `POST /Posting`: a credit, or a debit where `amount` is negative. The `callback` identifies the transaction: repeated, it
 * gets the transaction it made the first time, whatever else the body says now.
 */
export function post(request: WireRequest, parts: PostingParts): WireAnswer {
  return readJson(
    request,
    (body) => told(parts.ledger.byCallback(body.at('callback').text()) ?? open(body, parts)),
    malformed,
  );
}

function open(body: Field, parts: PostingParts): Transaction {
  const { ledger } = parts;
  const asked = {
    callback: body.at('callback').text(),
    memberId: body.at('memberId').text(),
    amount: body.at('amount').whole(),
  };
  checkRest(body);
  const transaction = { ...asked, transactionId: ledger.nextId(), reversed: 0 };
  const member = parts.members.byNumber(asked.memberId);
  const refusal = refusalOf(asked.amount, member, parts);
  if (refusal !== null) {
    const answer = { status: 'failure', statusMessage: refusal } as const;
    return ledger.save({ ...transaction, outcome: 'failure', answer, applied: false });
  }
  const forced = parts.magicAmounts ? SYSTEM_ERRORS.get(asked.amount) : undefined;
  const answer = forced ? ({ status: 'systemError', statusMessage: 'Error: System unavailable' } as const) : SUCCESS;
  const applied = forced?.applied ?? true;
  const saved = ledger.save({ ...transaction, outcome: forced ? 'undecided' : 'success', answer, applied });
  if (applied && member) ledger.credit(saved, member);
  return saved;
}

function refusalOf(amount: number, member: Member | undefined, parts: PostingParts): string | null {
  if (!member) return 'UNKNOWN_MEMBER';
  if (amount === 0) return 'Error: Invalid amount';
  if (isUncovered(amount, member, parts.ledger)) return INSUFFICIENT.statusMessage;
  return parts.magicAmounts && FAILURES.has(amount) ? 'Error: Limit exceeded' : null;
}

function checkRest(body: Field): void {
  body.at('pic').optional((field) => field.text());
  body.at('bonus').optional((field) => field.flag());
  body.at('order').optional((order) => {
    for (const key of ['orderType', 'createdAt', 'confirmationNumber']) order.at(key).text();
  });
}

/**
 * Outcomes that the platform's sandbox attaches to amounts (its "Create a credit" and "Create a debit" pages). That half of
 * the system errors had moved the points is our invention: both kinds occur.
 */
const SYSTEM_ERRORS: ReadonlyMap<number, { readonly applied: boolean }> = new Map([
  [92, { applied: false }],
  [97, { applied: true }],
  [-91, { applied: false }],
  [-97, { applied: true }],
  [-98, { applied: false }],
]);
const FAILURES: ReadonlySet<number> = new Set([93, 98, 99, -99]);
