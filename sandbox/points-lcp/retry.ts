import { readJson } from '../engine/wire-body.js';
import type { Members } from '../engine/members.js';
import type { WireAnswer, WireRequest } from '../platform.js';
import { INSUFFICIENT, isUncovered, type Ledger, malformed, SUCCESS, told } from './ledger.js';

/**
 * `POST /RetryTransaction`: performs a posting that ended in a system error, unless it had succeeded after all. For that case
 * the manual's sample shows a `failure` with the message "Error: Transaction already succeeded".
 */
export function retry(request: WireRequest, parts: { readonly ledger: Ledger; readonly members: Members }): WireAnswer {
  const { ledger, members } = parts;
  return readJson(
    request,
    (body) => {
      const transactionId = body.at('transactionId').text({ max: 100 });
      const transaction = ledger.byId(transactionId);
      if (!transaction) return failure(transactionId, 'Error: No such transactionId');
      if (transaction.outcome === 'failure') return told(transaction);
      if (transaction.applied) {
        ledger.save({ ...transaction, outcome: 'success' });
        return failure(transactionId, 'Error: Transaction already succeeded');
      }
      const member = members.byNumber(transaction.memberId);
      if (member && isUncovered(transaction.amount, member, ledger)) {
        return told(ledger.save({ ...transaction, outcome: 'failure', answer: INSUFFICIENT }));
      }
      const done = ledger.save({ ...transaction, outcome: 'success', answer: SUCCESS, applied: true });
      if (member) ledger.credit(done, member);
      return told(done);
    },
    malformed,
  );
}

function failure(transactionId: string, statusMessage: string): WireAnswer {
  return told({ transactionId, answer: { status: 'failure', statusMessage } });
}
