import { v7 as uuidv7 } from 'uuid';
import { SettlementFault, type SettlementDay } from '../../spec/settlement.js';
import { normaliseMemberNumber } from '../link/member-number.js';
import type { MemberVault } from '../link/vault.js';
import { nameOf } from '../operation/look.js';
import type { OperationStore, WakeUp } from '../operation/ports.js';
import { effectWithinMs } from '../operation/recovery.js';
import type { Random } from '../operation/schedule.js';
import { todayIn } from '../scheme/use-cases.js';
import type { Supplier, Suppliers } from '../supplier/ports.js';
import { businessDays, runWindow } from './business-days.js';
import { yesterdayIn } from './due.js';
import type { ClaimedRun, InputVault, ReconWork } from './ports.js';
import { readLines } from './read-lines.js';
import { RULES_VERSION, VERDICT_OF } from './rules.js';
import { settle } from './settle.js';
import { settlementOf, takeIn } from './take-in.js';

/** Carries runs out in this process. */
export interface ReconcileRunner {
  /** Opens the run of yesterday in the scheme's zone, unless there is one that is conclusive or under way. */
  openNight(connectionId: string): Promise<void>;
  /** Works off what is due of a connection, its earliest day first; what another process works on is left to it. */
  wake(connectionId: string, hints: WakeUp['hints']): Promise<void>;
  /** Begins nothing more, and waits until what is under way has reached a place to go on from. */
  stop(): Promise<void>;
}

export interface RunnerDeps {
  readonly work: ReconWork;
  readonly suppliers: Pick<Suppliers, 'of'>;
  readonly operations: Pick<OperationStore, 'evidence'>;
  readonly vault: Pick<MemberVault, 'index'>;
  readonly inputs: InputVault;
  readonly random: Random;
  readonly onError: (error: unknown, where: string) => void;
}

const LEASE_MS = 60_000;
const RENEW_EVERY_MS = 15_000;
const STUMBLE_MS = 5_000;
const STUMBLES_AT_MOST = 5;

/**
 * The run's row is the truth: whoever takes it under a lease goes on from its stage, and each stage is one transaction
 * or can be repeated.
 */
export function createReconcileRunner(deps: RunnerDeps): ReconcileRunner {
  const { work } = deps;
  const stopping = new AbortController();
  /** Connections being worked off, and those of them that are to be looked at once more: a wake-up came meanwhile. */
  const open = new Map<string, Promise<void>>();
  const again = new Set<string>();

  const workOff = async (connectionId: string): Promise<void> => {
    try {
      do {
        again.delete(connectionId);
        for (let run = await claim(connectionId); run !== null; run = await claim(connectionId)) await carry(run);
      } while (again.has(connectionId));
    } catch (error) {
      // What is due stays due; the sweeper brings it again.
      deps.onError(error, 'reconciliation');
    } finally {
      open.delete(connectionId);
    }
  };

  const claim = async (connectionId: string): Promise<ClaimedRun | null> =>
    stopping.signal.aborted ? null : work.claim(connectionId, LEASE_MS);

  const carry = async (claimed: ClaimedRun): Promise<void> => {
    let run: ClaimedRun = claimed;
    const renewing = setInterval(() => {
      work.renew(run, LEASE_MS).catch((error: unknown) => deps.onError(error, 'reconciliation lease'));
    }, RENEW_EVERY_MS);
    try {
      const supplier = await deps.suppliers.of(run.connectionId);
      let next: ClaimedRun | null = run;
      while (next !== null) {
        run = next;
        if (stopping.signal.aborted) {
          await work.release(run);
          return;
        }
        next = await advance(deps, run, supplier, stopping.signal);
      }
    } catch (error) {
      deps.onError(error, 'reconciliation');
      await work.stumble(run, nameOf(error), STUMBLE_MS, STUMBLES_AT_MOST);
    } finally {
      clearInterval(renewing);
    }
  };

  return {
    openNight: async (connectionId) => {
      const { adapter, scheme } = await deps.suppliers.of(connectionId);
      if (adapter.settlement === undefined) return;
      const businessDate = yesterdayIn(scheme.zone, await work.now());
      await work.openNight(connectionId, { id: uuidv7(), businessDate, rulesVersion: RULES_VERSION });
    },
    wake: async (connectionId) => {
      if (open.has(connectionId)) {
        again.add(connectionId);
        return;
      }
      const done = workOff(connectionId);
      open.set(connectionId, done);
      await done;
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(open.values());
    },
  };
}

/** Takes a run one stage further; `null` when it rests, waits, or its lease has passed on. */
async function advance(
  deps: RunnerDeps,
  run: ClaimedRun,
  supplier: Supplier,
  signal: AbortSignal,
): Promise<ClaimedRun | null> {
  switch (run.stage) {
    case 'fetch':
      return takeIn(deps, run, supplier, signal);
    case 'match':
      return match(deps, run, supplier);
    case 'settle': {
      const { days } = await daysAround(deps.work, run, supplier);
      const proven = await deps.work.proven(run, days, effectWithinMs(supplier));
      await settle(deps, supplier, run.businessDate, proven);
      return deps.work.settled(run);
    }
    case 'judge':
      await judge(deps.work, run, supplier);
      return null;
    default:
      return run.stage satisfies never;
  }
}

/** Reads all lines before anything follows from any; an input that contradicts itself is put aside whole. */
async function match(deps: RunnerDeps, run: ClaimedRun, supplier: Supplier): Promise<ClaimedRun | null> {
  const { scheme, config } = supplier;
  const kept = await deps.work.input(run);
  if (kept === null) throw new Error('the input of a run is gone');
  const bytes = deps.inputs.open(kept.key, run.id, kept.sealed);
  const { zone } = scheme;
  const day: SettlementDay = { businessDate: run.businessDate, zone, today: todayIn(zone, run.now) };
  const index = (number: string): Buffer => deps.vault.index(scheme.id, normaliseMemberNumber(number));
  try {
    return await deps.work.match(run, readLines(settlementOf(supplier), bytes, day, config, index));
  } catch (error) {
    if (!(error instanceof SettlementFault)) throw error;
    const { reason, line, detail } = error;
    await deps.work.quarantine(run, { reason, line, detail });
    return null;
  }
}

async function judge(work: ReconWork, run: ClaimedRun, supplier: Supplier): Promise<void> {
  const { days, window } = await daysAround(work, run, supplier);
  await work.judge(run, {
    coverage: settlementOf(supplier).coverage,
    rulesVersion: RULES_VERSION,
    verdictOf: VERDICT_OF,
    days,
    window,
  });
}

/** The closed days around a run, its own among them if it is closed. */
async function daysAround(work: ReconWork, run: ClaimedRun, { scheme }: Supplier) {
  const { businessDate, input } = run;
  if (input === null) throw new Error('a run without an input has nothing to judge by');
  const others = await work.closings(run);
  const closings = input.closed ? [...others, { businessDate, closedAt: input.cutOff }] : others;
  return {
    days: businessDays(closings, scheme.zone),
    window: runWindow(businessDate, closings, scheme.zone, input.cutOff),
  };
}
