import { v7 as uuidv7 } from 'uuid';
import { activityKey } from '../../spec/activity.js';
import { Problem } from '../problem.js';
import { explain, toExplain } from './explanation.js';
import type { Operations } from './operations.js';
import type { OperationStore, RestWatch } from './ports.js';
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
      const told = toExplain(row, facts(row.scheme).scheme, new Date());
      // A kind that nobody can ask for yet has no words.
      if (told === null) throw new Problem('CAPABILITY_MISSING');
      return { sentences: explain(told, language) };
    },
    list: async (caller, filter, page, language) => {
      const { items, next } = await store.list(caller, filter, page);
      return { items: items.map((row) => operationView(row, language)), next };
    },
    rested: (operationId, seconds) => rest.rested(operationId, seconds),
  };
}
