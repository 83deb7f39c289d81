import pRetry from 'p-retry';
import type { MemberVault } from '../link/vault.js';
import type { Lease, Supplier, Suppliers } from '../supplier/ports.js';
import { attempt } from './attempt.js';
import { decide } from './decide.js';
import { plan } from './plan.js';
import type { Claimed, ClaimRequest, Completion, Lane, OperationStore } from './ports.js';
import { rulesFor } from './recovery.js';
import type { Random } from './schedule.js';
import { createSlots, type SlotLimits } from './slots.js';

/** What an engine is made of. */
export interface EngineDeps {
  readonly store: Pick<OperationStore, 'claim' | 'complete'>;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
  readonly random: Random;
  readonly limits: SlotLimits;
  /** Told of what should not happen and stops nothing. */
  readonly onError: (error: unknown, where: string) => void;
}

/** Carries operations to their suppliers in this process. */
export interface Engine {
  /** A hint that a connection has work: claims what is due and returns when that is handed out, not when it is done. */
  wake(lane: Lane, connectionId: string, hints: ClaimRequest['hints']): Promise<void>;
  /** Claims nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

type Hints = ClaimRequest['hints'];

/** More than a connection can use soon; what is named beyond it comes due by itself. */
const HINTS_AT_MOST = 10_000;

/** Claims due work as slots allow, performs it, decides, completes. The row is the truth; all that is kept here are hints. */
export function createEngine(deps: EngineDeps): Engine {
  const slots = createSlots(deps.limits);
  let stopping = false;
  // A function, since the flag changes while others await.
  const isStopping = (): boolean => stopping;

  /** Wake-ups being handed out, by lane and connection: those that come meanwhile join them, so that a slow supplier holds one job. */
  const open = new Map<string, { hints: Hints[number][]; due: boolean }>();

  const wake: Engine['wake'] = async (lane, connectionId, hints) => {
    if (isStopping()) return;
    const name = `${lane}|${connectionId}`;
    const joined = open.get(name);
    if (joined !== undefined) {
      if (hints.length === 0) joined.due = true;
      else if (joined.hints.length < HINTS_AT_MOST) joined.hints.push(...hints);
      return;
    }
    const wanted = { hints: [...hints], due: hints.length === 0 };
    open.set(name, wanted);
    try {
      // First what is named, then whatever is due, page by page, until a page brings nothing; what others hold just now is theirs.
      while ((wanted.hints.length > 0 || wanted.due) && !isStopping()) {
        const supplier = await deps.suppliers.of(connectionId);
        const slot = await slots.reserve(connectionId, wanted.hints.length || deps.limits.perConnection);
        try {
          if (isStopping()) return;
          const named = wanted.hints.splice(0, slot.count);
          if (named.length === 0) wanted.due = false;
          const taken = await claim(lane, supplier, named, slot.count);
          for (const [claimed, lease] of taken) slot.run(() => carry(claimed, lease, supplier));
          if (named.length === 0 && taken.length > 0) wanted.due = true;
        } finally {
          slot.release();
        }
      }
    } finally {
      open.delete(name);
    }
  };

  /** The lease is counted from before the claim, so that here it always ends earlier than in the database. */
  const claim = async (lane: Lane, supplier: Supplier, hints: Hints, limit: number): Promise<[Claimed, Lease][]> => {
    const { connectionId, timing } = supplier;
    const elapsed = stopwatch();
    const claimed = await deps.store.claim({
      connectionId,
      lane,
      hints,
      limit,
      leaseMs: timing.leaseMs,
      plan: (_operation, snapshot) => plan(snapshot, rulesFor(supplier, snapshot), deps.random),
    });
    const lease: Lease = { remainingMs: () => timing.leaseMs - elapsed() };
    return claimed.map((one) => [one, lease]);
  };

  const carry = async (claimed: Claimed, lease: Lease, supplier: Supplier): Promise<void> => {
    const { learnt, report } = await attempt(claimed, supplier, deps.vault, lease);
    const rules = rulesFor(supplier, claimed.snapshot);
    const decision = decide(claimed.snapshot, learnt, rules, deps.random);
    if (decision === null) return;
    const result = await complete({ claimed, decision, report });
    if (result !== 'reference-taken') return;
    const review = decide(claimed.snapshot, { type: 'reference-taken' }, rules, deps.random);
    if (review !== null) await complete({ claimed, decision: review, report });
  };

  /** Compare-and-set makes a second try harmless; if all fail the lease lapses and the outcome is unknown, which is the truth. */
  const complete = (completion: Completion): ReturnType<OperationStore['complete']> =>
    pRetry(() => deps.store.complete(completion), { retries: 5, minTimeout: 100, maxTimeout: 2_000, randomize: true });

  return {
    wake: async (lane, connectionId, hints) => {
      try {
        await wake(lane, connectionId, hints);
      } catch (error) {
        // The work stays due; the sweeper brings it again.
        deps.onError(error, `wake ${lane}`);
      }
    },
    stop: async () => {
      stopping = true;
      await slots.idle();
    },
  };
}

/**
 * Milliseconds from now on: the larger of what the monotonic and the wall clock say. The first stands still while a machine is
 * suspended, the second may be set; whichever is wrong, a lease ends too early and never too late.
 */
function stopwatch(): () => number {
  const monotonic = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}
