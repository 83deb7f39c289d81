import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../access/caller.js';
import { mirrorAccount, type ReadAccountDeps } from '../account/read-account.js';
import type { Answer, IdempotentRequest } from '../answer.js';
import type { OperationStore } from '../operation/ports.js';
import { type SchemeFacts, usableLink } from '../operation/prepare.js';
import { canFind } from '../operation/recovery-rules.js';
import { rulesFor } from '../operation/recovery.js';
import { actedAnswer, operationAnswers } from '../operation/view.js';
import { Problem } from '../problem.js';
import { judgeConfirm, judgeRelease } from './act.js';
import type { RedemptionStore } from './ports.js';
import { prepareRedemption, prepareRefund, refundKey } from './prepare-redemption.js';
import { prepareQuote, quoteView } from './quote.js';
import type { Redemptions } from './redemptions.js';

export interface RedemptionsDeps {
  readonly store: RedemptionStore;
  readonly operations: Pick<OperationStore, 'acceptReversal' | 'get'>;
  /** What reading an account takes. */
  readonly accounts: ReadAccountDeps;
  /** What a scheme is; throws for one that is not installed. */
  readonly facts: (scheme: string) => SchemeFacts;
  /** Whether a connection takes nothing new now; absent: none is ever full. */
  readonly isFull?: (connectionId: string) => boolean;
}

/** A balance this old, in seconds, is read again before points are set aside by it. */
const BALANCE_AGE_S = 60;

/** The use cases around spending points: quote, redeem, confirm, release, refund. What happens between is the engine's. */
export function createRedemptions(deps: RedemptionsDeps): Redemptions {
  const { store, operations, facts } = deps;
  return {
    quote: async (caller, input, language) => {
      const link = usableLink({ link: await store.link(caller, input.linkId), caller }, 'redeem');
      const prepared = prepareQuote(input, { link, facts: facts(link.scheme), id: uuidv7(), now: new Date() });
      return quoteView(await store.saveQuote(caller, prepared), language);
    },
    redeem: async (caller, input, request) => {
      await refreshBalance(deps, caller, input.quoteId);
      const id = uuidv7();
      return store.accept({
        caller,
        quoteId: input.quoteId,
        request,
        prepare: (ground) => prepareRedemption(input, ground, { caller, facts, id }),
        accepted: (operation) => operationAnswers.accepted(operation),
      });
    },
    confirm: (caller, redemptionId, request) => act(deps, caller, redemptionId, request, judgeConfirm),
    release: (caller, redemptionId, request) => act(deps, caller, redemptionId, request, judgeRelease),
    refund: (caller, input, request) => {
      const id = uuidv7();
      return operations.acceptReversal({
        caller,
        kind: 'refund',
        originalId: input.redemptionId,
        activityKey: refundKey(input),
        id,
        request,
        answers: operationAnswers,
        prepare: (original, taken, link, now) =>
          prepareRefund(input, original, taken, { caller, link, facts, now, id }),
      });
    },
  };
}

/** Both acts take the row's lock and judge by what stands there, so that of two rivals one sees what the other did. */
async function act(
  { store, operations, accounts }: RedemptionsDeps,
  caller: Caller,
  redemptionId: string,
  request: IdempotentRequest,
  judge: typeof judgeConfirm,
): Promise<Answer> {
  const known = await operations.get(caller, redemptionId);
  if (known?.kind !== 'redemption') throw new Problem('NOT_FOUND');
  const supplier = await accounts.suppliers.of(known.connectionId);
  return store.act({
    caller,
    redemptionId,
    request,
    judge: (redemption, snapshot) =>
      judge(redemption, snapshot, {
        timing: supplier.timing,
        canFind: canFind(rulesFor(supplier, { ...snapshot, kind: 'redemption' })),
      }),
    acted: actedAnswer,
  });
}

/** Points are set aside by the mirrored balance, which should not be old; a supplier that does not answer leaves it as it is. */
async function refreshBalance(
  { store, accounts, isFull }: RedemptionsDeps,
  caller: Caller,
  quoteId: string,
): Promise<void> {
  const quote = await store.quote(caller, quoteId);
  if (quote?.holdKind !== 'soft' || quote.redemptionId !== null) return;
  const link = await accounts.store.get(caller, quote.linkId);
  // What will be refused is refused without asking the supplier first.
  if (link !== null && isFull?.(link.connectionId) !== true) await mirrorAccount(accounts, caller, link, BALANCE_AGE_S);
}
