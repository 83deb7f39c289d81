import { fewAtATime } from '../few-at-a-time.js';
import { lookAtAccount, type LookAtAccountDeps } from './look-at-account.js';
import { lookAtOperation, type LookAtOperationDeps } from './look-at-operation.js';
import type { LookAgain } from './look-again.js';
import type { LeftOver, LookedAt, ResyncItem, ResyncStore, Turn, TurnEnd } from './ports.js';

export interface TurnDeps extends LookAtOperationDeps, LookAtAccountDeps {
  readonly store: ResyncStore;
  /** Told of what should not happen and stops nothing. */
  readonly onError: (error: unknown, where: string) => void;
  readonly isStopping: () => boolean;
}

const LEASE_MS = 60_000;
const ITEMS_A_TURN = 32;
/** Calls at once for one tenant: resyncs yield to bookings. */
const ITEMS_AT_ONCE = 4;
/** A turn begins nothing more after this, so that the tenant's next resync gets its turn. */
const TURN_MS = 2_000;
/** Looks that tell nothing, after which a supplier counts as out of reach. */
const TRIES = 3;
const AGAIN_AFTER_MS = 2_000;
/** A connection that is paused is asked about again after this; it is never forced. */
const HELD_BACK_AGAIN_MS = 30_000;
const REST_AT_LEAST_MS = 1_000;
const REST_AT_MOST_MS = 60_000;
/** Turns in a row that an error of our own ended; then the resync has failed. */
const STALLS = 8;

/** Gives a tenant's resync that has waited longest a turn; false when none is due. */
export function createTurns(deps: TurnDeps): (tenantId: string) => Promise<boolean> {
  /** Connections that throttled, and until when they are left alone. */
  const resting = new Map<string, number>();

  const restLeft = (connectionId: string): number => (resting.get(connectionId) ?? 0) - performance.now();
  const restingNow = (): string[] => [...resting.keys()].filter((connectionId) => restLeft(connectionId) > 0);

  const lookAt = (turn: Turn, { operationId, linkId }: ResyncItem): Promise<LookedAt | LookAgain> =>
    operationId === null ? lookAtAccount(deps, turn, linkId) : lookAtOperation(deps, turn, operationId);

  /** Looks at one item and keeps what it came to; false when the lease is somebody else's by now. */
  const work = async (turn: Turn, item: ResyncItem): Promise<boolean> => {
    const looked = await lookAt(turn, item);
    if (looked.result !== 'again') return deps.store.record(turn, item, looked, LEASE_MS);
    if (looked.restMs !== undefined) {
      const restMs = Math.min(REST_AT_MOST_MS, Math.max(REST_AT_LEAST_MS, looked.restMs));
      resting.set(item.connectionId, performance.now() + restMs);
    }
    const outcome = item.tries + 1 < TRIES ? { result: null, calls: looked.calls } : looked.otherwise;
    return deps.store.record(turn, item, outcome, LEASE_MS);
  };

  return async (tenantId) => {
    const turn = await deps.store.take(tenantId, { leaseMs: LEASE_MS, items: ITEMS_A_TURN, except: restingNow() });
    if (turn === null) return false;
    const until = performance.now() + TURN_MS;
    const went = { leased: true, recorded: 0, failed: 0 };
    await fewAtATime(turn.items, ITEMS_AT_ONCE, async (item) => {
      if (!went.leased || deps.isStopping() || performance.now() > until || restLeft(item.connectionId) > 0) return;
      try {
        if (await work(turn, item)) went.recorded += 1;
        else went.leased = false;
      } catch (error) {
        went.failed += 1;
        deps.onError(error, 'resync');
      }
    });
    const stalls = went.failed > 0 && went.recorded === 0 ? turn.stalls + 1 : 0;
    const except = restingNow();
    const restMs = Math.max(0, Math.min(HELD_BACK_AGAIN_MS, ...except.map(restLeft)));
    await deps.store.end(turn, except, (leftOver) => endOf(leftOver, stalls, restMs, deps.isStopping()));
    return true;
  };
}

function endOf({ fresh, again, heldBack }: LeftOver, stalls: number, restMs: number, stopping: boolean): TurnEnd {
  if (fresh + again + heldBack === 0) return { to: 'completed' };
  if (stalls >= STALLS) return { to: 'failed' };
  const againInMs = stalls > 0 ? 500 * 2 ** stalls : fresh > 0 ? 0 : again > 0 ? AGAIN_AFTER_MS : restMs;
  return { to: 'running', againInMs, stalls, wake: againInMs > 0 || stopping ? 'hand-on' : 'goes-on-here' };
}
