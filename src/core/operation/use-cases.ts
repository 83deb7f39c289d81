import { v7 as uuidv7 } from 'uuid';
import { activityKey } from '../../spec/activity.js';
import type { WriteState } from '../../spec/operation.js';
import type { Scheme } from '../../spec/scheme.js';
import { Problem } from '../problem.js';
import { explain, type ToExplain } from './explanation.js';
import type { Operations } from './operations.js';
import type { OperationStore, RestWatch } from './ports.js';
import type { OperationRow } from './row.js';
import { prepareAccrual, prepareReversal, reversalKey, type SchemeFacts } from './prepare.js';
import { operationAnswers, operationView } from './view.js';

export interface OperationsDeps {
  readonly store: OperationStore;
  readonly rest: RestWatch;
  /** What a scheme is; throws for one that is not installed. */
  readonly facts: (scheme: string) => SchemeFacts;
}

/** The use cases around operations: accept, reverse, read. What happens to them afterwards is the engine's. */
export function createOperations({ store, rest, facts }: OperationsDeps): Operations {
  return {
    accrue: (caller, input, request) => {
      const id = uuidv7();
      return store.acceptAccrual({
        caller,
        linkId: input.linkId,
        activityKey: activityKey(input.activity),
        id,
        request,
        answers: operationAnswers,
        prepare: (link, now) => prepareAccrual(input, { caller, link, facts, now, id }),
      });
    },
    reverse: (caller, input, request) => {
      const id = uuidv7();
      return store.acceptReversal({
        caller,
        kind: 'reversal',
        originalId: input.accrualId,
        activityKey: reversalKey(input),
        id,
        request,
        answers: operationAnswers,
        prepare: (original, taken, link, now) =>
          prepareReversal(input, original, taken, { caller, link, facts, now, id }),
      });
    },
    get: async (caller, id, language) => {
      const row = await store.get(caller, id);
      if (row === null) throw new Problem('NOT_FOUND');
      return operationView(row, language);
    },
    explain: async (caller, id, language) => {
      const row = await store.get(caller, id);
      if (row === null) throw new Problem('NOT_FOUND');
      return { sentences: explain(explainable(row, facts(row.scheme).scheme), language) };
    },
    list: async (caller, filter, page, language) => {
      const { items, next } = await store.list(caller, filter, page);
      return { items: items.map((row) => operationView(row, language)), next };
    },
    rested: (operationId, seconds) => rest.rested(operationId, seconds),
  };
}

/** Only the kinds that a platform can ask for today have words of their own. */
function explainable(row: OperationRow, scheme: Scheme): ToExplain {
  if (row.kind !== 'accrual' && row.kind !== 'reversal') throw new Problem('CAPABILITY_MISSING');
  const { kind, attempts, nextActionAt, rejection, reviewReason, updatedAt } = row;
  const points = row.points + row.bonusPoints;
  return {
    kind,
    state: row.state as WriteState,
    points,
    scheme,
    attempts,
    nextActionAt,
    rejection,
    reviewReason,
    asOf: updatedAt,
  };
}
