import type { MemberVault } from '../link/vault.js';
import type { Admission, Gate, Lease, Supplier, Suppliers, Work } from '../supplier/ports.js';
import { carry, type CarryDeps } from './carry.js';
import { createHintQueue, type HintQueue } from './hint-queue.js';
import { plan } from './plan.js';
import type { ClaimRequest, Lane, OperationStore } from './ports.js';
import { rulesFor } from './recovery.js';
import { createSlots, type Reservation, type SlotLimits, type SlotUse } from './slots.js';
import { stopwatch } from './stopwatch.js';
import { createTurn, deferredMs, payable, type Turn } from './turn.js';

/** What an engine is made of. */
export interface EngineDeps extends Omit<CarryDeps, 'store' | 'gate'> {
  readonly store: Pick<OperationStore, 'claim' | 'complete'>;
  readonly suppliers: Suppliers;
  readonly gate: Pick<Gate, 'admit' | 'throttled'>;
  readonly vault: MemberVault;
  readonly limits: SlotLimits;
}

/** Carries operations to their suppliers in this process. */
export interface Engine {
  /** A hint that a connection has work. Returns at once, whatever the connection's backlog or its supplier; errors go to `onError`. */
  wake(lane: Lane, connectionId: string, hints: ClaimRequest['hints']): void;
  /** Claims nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

/** What is wanted of a connection in one lane: what was named, and whether what is due as well. */
interface Wanted {
  readonly hints: HintQueue;
  due: boolean;
  /** Who had the slot when there was one, and both wanted it. */
  single: 'named' | 'due';
}

/** One round of claims: whose, what it may cost and where it runs. */
interface Round {
  readonly lane: Lane;
  readonly supplier: Supplier;
  readonly turn: Turn;
  readonly slot: Reservation;
  begun: Parameters<Admission['settle']>[0];
}

/** What a lane's operations ask of their supplier: all that `live` sends are writes; a repeat of one is woken in `lookup`. */
const WORKS: Readonly<Record<Lane, readonly Work[]>> = { live: ['write'], lookup: ['look-up', 'write'] };

const NOTHING: Round['begun'] = { writes: 0, lookUps: 0, repeats: 0 };

/** How many pages in a row may be put off for want of a call that is let in. */
const PAGES_AT_MOST = 10;
/** How much of what needs no supplier is taken in one page, while the supplier may be asked for nothing. */
const OWN_STEPS_AT_ONCE = 32;

/** Claims due work as slots and the gate allow and has it carried. The row is the truth; all that is kept here are hints. */
export function createEngine(deps: EngineDeps): Engine {
  const slots = createSlots(deps.limits);
  const stopping = new AbortController();
  // A function, since the signal changes while others await.
  const isStopping = (): boolean => stopping.signal.aborted;

  /** What is being handed out, by lane and connection; wake-ups that come meanwhile join it. */
  const open = new Map<string, Wanted>();
  const handingOut = new Set<Promise<void>>();
  const alarms = new Map<string, { readonly alarm: NodeJS.Timeout; readonly at: number }>();

  const wake: Engine['wake'] = (lane, connectionId, hints) => {
    if (isStopping()) return;
    const name = `${lane}|${connectionId}`;
    const joined = open.get(name);
    const wanted = joined ?? { hints: createHintQueue(), due: false, single: 'due' };
    if (hints.length === 0) wanted.due = true;
    else wanted.hints.add(hints);
    if (joined !== undefined) return;
    open.set(name, wanted);
    // Nobody waits for it: a backlog, or a supplier that hangs, would hold a place in the queue that other connections need.
    const ended = handOut(lane, connectionId, wanted).finally(() => handingOut.delete(ended));
    handingOut.add(ended);
  };

  const handOut = async (lane: Lane, connectionId: string, wanted: Wanted): Promise<void> => {
    try {
      // Half for what is named, half for what is due, page by page, until there is no more; what others hold just now is theirs.
      while ((wanted.hints.size() > 0 || wanted.due) && !isStopping()) await round(lane, connectionId, wanted);
    } catch (error) {
      // The work stays due; the sweeper brings it again.
      if (!isStopping()) deps.onError(error, `wake ${lane}`);
    } finally {
      // In the same breath as the last look at what is wanted, so that no wake-up joins what has ended.
      open.delete(`${lane}|${connectionId}`);
    }
  };

  const round = async (lane: Lane, connectionId: string, wanted: Wanted): Promise<void> => {
    const supplier = await deps.suppliers.of(connectionId);
    const use: SlotUse = lane === 'lookup' ? 'retry' : 'first';
    const most = wanted.due ? deps.limits.perConnection : wanted.hints.size();
    const room = await slots.room(connectionId, most, use);
    if (isStopping()) return;
    // Slots are held once calls are let in and not while waiting for that: other connections have use for them.
    const admission = await deps.gate.admit(supplier, 'live', room, stopping.signal, WORKS[lane]);
    const payableCalls = payable(lane, admission);
    const slot = slots.take(connectionId, payableCalls, use);
    const turn = createTurn(admission, slot);
    const now: Round = { lane, supplier, turn, slot, begun: NOTHING };
    try {
      if (isStopping()) return;
      if (payableCalls === 0) await shut(now, wanted, room);
      else if (slot.count > 0) await share(now, wanted);
      if (payableCalls === 0 || turn.deferred() > 0) wakeLater(lane, connectionId, deferredMs(admission));
    } finally {
      slot.release();
      admission.settle(now.begun);
    }
  };

  /** Nothing may be asked of the supplier: what was named is due again later, what is due stays, and only own steps go on. */
  const shut = async (now: Round, wanted: Wanted, room: number): Promise<void> => {
    const named = wanted.hints.take(room);
    if (named.length > 0) await claim(now, named, named.length);
    if (!wanted.due) return;
    wanted.due = false;
    await claim(now, [], OWN_STEPS_AT_ONCE, 'own');
  };

  /** Where both what is named and what is due want slots each gets half of them, and what is left of the other's. */
  const share = async (now: Round, wanted: Wanted): Promise<void> => {
    const { count } = now.slot;
    const both = wanted.due && wanted.hints.size() > 0;
    if (both && count === 1) wanted.single = wanted.single === 'named' ? 'due' : 'named';
    const half = count === 1 ? Number(wanted.single === 'named') : Math.ceil(count / 2);
    const named = wanted.hints.take(both ? half : count);
    const begun = named.length === 0 ? 0 : await claim(now, named, named.length);
    if (!wanted.due || begun === count || isStopping()) return;
    wanted.due = false;
    for (let pages = 0; pages < PAGES_AT_MOST; pages += 1) {
      const before = now.turn.deferred();
      if ((await claim(now, [], count - begun)) > 0) {
        wanted.due = true;
        return;
      }
      // Behind a page that may not go there may be what may: a repeat out of budget does not hold up a first send.
      if (now.turn.deferred() === before || !now.turn.hasLeft() || isStopping()) return;
    }
  };

  /** The lease is counted from before the claim, so that here it always ends earlier than in the database. Gives how many were begun. */
  const claim = async (
    now: Round,
    hints: ClaimRequest['hints'],
    limit: number,
    steps: ClaimRequest['steps'] = 'any',
  ): Promise<number> => {
    const { lane, supplier, turn, slot } = now;
    const { connectionId, timing } = supplier;
    const elapsed = stopwatch();
    const claimed = await deps.store.claim({
      connectionId,
      lane,
      hints,
      steps,
      limit,
      leaseMs: timing.leaseMs,
      plan: ({ id }, snapshot) => turn.permit(id, snapshot, plan(snapshot, rulesFor(supplier, snapshot), deps.random)),
    });
    const lease: Lease = { remainingMs: () => timing.leaseMs - elapsed() };
    for (const one of claimed) slot.run(turn.useOf(one), () => carry(deps, one, lease, supplier));
    const { writes, lookUps, repeats } = turn.begun(claimed);
    const { begun } = now;
    now.begun = { writes: begun.writes + writes, lookUps: begun.lookUps + lookUps, repeats: begun.repeats + repeats };
    return claimed.length;
  };

  /** What was deferred is due by then; should this process be gone, the sweeper finds it. */
  const wakeLater = (lane: Lane, connectionId: string, ms: number): void => {
    const name = `${lane}|${connectionId}`;
    const at = performance.now() + ms;
    const set = alarms.get(name);
    if (set !== undefined && set.at <= at) return;
    clearTimeout(set?.alarm);
    const alarm = setTimeout(() => {
      alarms.delete(name);
      wake(lane, connectionId, []);
    }, ms);
    alarm.unref();
    alarms.set(name, { alarm, at });
  };

  return {
    wake,
    stop: async () => {
      stopping.abort();
      for (const { alarm } of alarms.values()) clearTimeout(alarm);
      await Promise.all(handingOut);
      await slots.idle();
    },
  };
}
