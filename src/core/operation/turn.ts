import type { Admission } from '../supplier/ports.js';
import type { Claimed, Deferral, Lane } from './ports.js';
import type { Reservation, SlotUse } from './slots.js';
import type { Plan, Snapshot } from './snapshot.js';

/** What a call costs: a write, a write out of the retry budget, or a look-up. */
export type Cost = 'first' | 'repeat' | 'look-up';

/** A planned call; its supplier is asked for something. */
type Call = Exclude<Plan, { act: 'become' }>;

/** The claims that one admission pays for. */
export interface Turn {
  /** The plan, or its deferral when its call is not paid for. Asked again for the same operation it answers the same. */
  permit(operationId: string, snapshot: Snapshot, plan: Plan): Plan | Deferral;
  /** Which slot a claimed operation runs in. */
  useOf(claimed: Claimed): SlotUse;
  /** How many operations were deferred. */
  readonly deferred: () => number;
  /** Whether there are calls left to pay with. */
  readonly hasLeft: () => boolean;
  /** What the claims cost, for `Admission.settle`. */
  begun(claimed: readonly Claimed[]): Parameters<Admission['settle']>[0];
}

/** Soon enough for whoever waits, seldom enough for a backlog that cannot go out. */
const DEFERRED_AT_LEAST_MS = 1_000;
const DEFERRED_AT_MOST_MS = 3_600_000;

/** How long what was not let in waits: as long as the gate says, within reason. */
export function deferredMs({ waitMs }: Pick<Admission, 'waitMs'>): number {
  return Math.min(DEFERRED_AT_MOST_MS, Math.max(DEFERRED_AT_LEAST_MS, waitMs));
}

/** How many of a lane's operations an admission can pay for at most: all that `live` sends are writes. */
export function payable(lane: Lane, { calls, writes, lookUps }: Admission): number {
  return Math.min(calls, lane === 'live' ? writes : writes + lookUps);
}

export function createTurn(admission: Admission, slot: Pick<Reservation, 'turnToRetry'>): Turn {
  const left = {
    calls: admission.calls,
    writes: admission.writes,
    lookUps: admission.lookUps,
    repeats: admission.repeats,
  };
  const paid = new Map<string, Cost>();
  const deferred = new Set<string>();

  const pay = (cost: Cost): boolean => {
    if (left.calls < 1 || (cost === 'look-up' ? left.lookUps : left.writes) < 1) return false;
    if (cost === 'repeat' && left.repeats < 1) return false;
    if (cost !== 'first' && !slot.turnToRetry()) return false;
    left.calls -= 1;
    if (cost === 'look-up') left.lookUps -= 1;
    else left.writes -= 1;
    if (cost === 'repeat') left.repeats -= 1;
    return true;
  };

  return {
    permit: (operationId, snapshot, plan) => {
      if (plan.act === 'become' || paid.has(operationId)) return plan;
      const cost = costOf(plan, snapshot);
      if (!deferred.has(operationId) && pay(cost)) {
        paid.set(operationId, cost);
        return plan;
      }
      deferred.add(operationId);
      return { act: 'defer', forMs: deferredMs(admission) };
    },
    useOf: ({ operation }) => (paid.get(operation.id) === 'first' ? 'first' : 'retry'),
    deferred: () => deferred.size,
    hasLeft: () => left.calls > 0 && left.writes + left.lookUps > 0,
    begun: (claimed) => {
      const costs = claimed.map(({ operation }) => paid.get(operation.id));
      const lookUps = costs.filter((cost) => cost === 'look-up').length;
      const repeats = costs.filter((cost) => cost === 'repeat').length;
      return { writes: costs.length - lookUps, lookUps, repeats };
    },
  };
}

/** A send is a repeat when the same was sent before; the first send of a redemption's next step is not. */
export function costOf({ act, decision }: Call, { step, sinceFirstSentMs }: Snapshot): Cost {
  if (act === 'look-up') return 'look-up';
  const anew = decision?.step !== undefined && decision.step !== step;
  return act === 'repeat' || (sinceFirstSentMs !== null && !anew) ? 'repeat' : 'first';
}
