import type { NewOperation, OperationStore } from '../operation/ports.js';
import { Problem } from '../problem.js';
import type { RedemptionStore } from '../redemption/ports.js';
import { type Backlog, Uncounted } from './backlog.js';

/**
 * A store that accepts no accrual, reversal or refund for a connection whose backlog is full. The bound is held when everything else
 * was found right and no earlier answer stands: what is refused is not stored, and what was answered is answered again.
 */
export function limitedOperations<S extends Pick<OperationStore, 'acceptAccrual' | 'acceptReversal'>>(
  store: S,
  backlog: Backlog,
): S {
  return {
    ...store,
    acceptAccrual: (request) =>
      counted(backlog, () =>
        store.acceptAccrual({
          ...request,
          prepare: (link, now) => admitted(backlog, request.prepare(link, now)),
        }),
      ),
    acceptReversal: (request) =>
      counted(backlog, () =>
        store.acceptReversal({
          ...request,
          prepare: (...ground) => admitted(backlog, request.prepare(...ground)),
        }),
      ),
  };
}

/** The same for redemptions. Acts on those that were accepted go on: they make the backlog smaller. */
export function limitedRedemptions(store: RedemptionStore, backlog: Backlog): RedemptionStore {
  return {
    ...store,
    accept: (request) =>
      counted(backlog, () =>
        store.accept({
          ...request,
          prepare: (ground) => {
            try {
              return admitted(backlog, request.prepare(ground));
            } catch (error) {
              // A balance is not read anew for a connection that is full: what is wrong with it is not what stops this.
              if (ground.link !== null && wantsBalance(error) && backlog.isFull(ground.link.connectionId)) {
                backlog.admit(ground.link.connectionId);
              }
              throw error;
            }
          },
        }),
      ),
  };
}

function wantsBalance(error: unknown): boolean {
  return error instanceof Problem && (error.code === 'INSUFFICIENT_POINTS' || error.code === 'ACCOUNT_UNAVAILABLE');
}

/** What is to be sent later does not wait yet. */
function admitted(backlog: Backlog, operation: NewOperation): NewOperation {
  if (operation.state !== 'scheduled') backlog.admit(operation.connectionId);
  return operation;
}

/** The first to ask about a connection waits for its count, and is judged by it. */
async function counted<T>(backlog: Backlog, accept: () => Promise<T>): Promise<T> {
  try {
    return await accept();
  } catch (error) {
    if (!(error instanceof Uncounted)) throw error;
    await backlog.count(error.connectionId);
    return accept();
  }
}
