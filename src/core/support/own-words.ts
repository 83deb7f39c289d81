import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest } from '../answer.js';
import type { Reconciliations } from '../reconcile/reconciliations.js';
import type { Resyncs } from '../resync/resyncs.js';
import type { RefuseMemberNumbers, Texts } from './member-numbers.js';
import type { OperationDesk } from './ports.js';

/**
 * Does what is asked for in a person's own words, once they name no member. What was answered before is answered again, whoever
 * has been linked since.
 */
export type InOwnWords = (
  caller: Caller,
  request: IdempotentRequest,
  texts: Texts,
  act: () => Promise<Answer>,
) => Promise<Answer>;

export function createInOwnWords(
  { answered }: Pick<OperationDesk, 'answered'>,
  refuse: RefuseMemberNumbers,
): InOwnWords {
  return async (caller, request, texts, act) => {
    const known = await answered(caller, request);
    if (known !== null) return known;
    await refuse(caller.tenantId, texts);
    return act();
  };
}

/** Resyncs as people ask for them; those that begin as part of another act have its words, which were judged with it. */
export function resyncsInOwnWords(resyncs: Resyncs, inOwnWords: InOwnWords): Resyncs {
  return {
    ...resyncs,
    start: (caller, input, request) =>
      inOwnWords(caller, request, { '/reason': input.reason }, () => resyncs.start(caller, input, request)),
  };
}

export function reconciliationsInOwnWords(runs: Reconciliations, inOwnWords: InOwnWords): Reconciliations {
  return {
    ...runs,
    act: (caller, input, request, language) => {
      const texts = { '/reason': input.reason, '/owner': input.owner };
      return inOwnWords(caller, request, texts, () => runs.act(caller, input, request, language));
    },
    signOff: (caller, runId, reason, request) =>
      inOwnWords(caller, request, { '/reason': reason }, () => runs.signOff(caller, runId, reason, request)),
  };
}
