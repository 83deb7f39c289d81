import { createHash } from 'node:crypto';
import pRetry, { AbortError } from 'p-retry';
import { v7 as uuidv7 } from 'uuid';
import type { SettlementPort, TakenIn } from '../../spec/adapter.js';
import { AdapterFault } from '../../spec/errors.js';
import { type SettlementDay, SettlementFault } from '../../spec/settlement.js';
import { todayIn } from '../scheme/use-cases.js';
import type { Supplier } from '../supplier/ports.js';
import { dayAfter, startOfDay } from './business-days.js';
import { expectedBy } from './due.js';
import type { ClaimedRun, InputVault, ReconWork, RunFault, TakenInput } from './ports.js';
import { RULES_VERSION } from './rules.js';

export interface TakeInDeps {
  readonly work: ReconWork;
  readonly inputs: InputVault;
}

/**
 * Asks the supplier for the day and keeps what it gives, sealed. Answers the run that goes on with it, which is a new
 * one where another input was judged before; `null` where the run rests or waits: not there yet, unreachable, paused,
 * or the same again.
 */
export async function takeIn(
  { work, inputs }: TakeInDeps,
  run: ClaimedRun,
  supplier: Supplier,
  signal: AbortSignal,
): Promise<ClaimedRun | null> {
  const { scheme, timing } = supplier;
  const ask = settlementOf(supplier);
  const later = async (atLeastMs = 0): Promise<null> => {
    const state = run.now < expectedBy(scheme, run.businessDate) ? 'waiting' : 'overdue';
    await work.wait(run, state, Math.max(atLeastMs, timing.settlementRetryMs));
    return null;
  };
  if (!run.usable) return later();
  const day: SettlementDay = {
    businessDate: run.businessDate,
    zone: scheme.zone,
    today: todayIn(scheme.zone, run.now),
  };
  const taken = await fetched(ask, supplier, day, signal).catch(unreachable);
  if (signal.aborted) {
    await work.release(run);
    return null;
  }
  if ('retryAfterMs' in taken) return later(taken.retryAfterMs);
  if ('fault' in taken) {
    // Nothing was taken in that could be judged; what was judged before stands.
    if (run.judged === null) await work.quarantine(run, taken.fault);
    else await work.restAgain(run);
    return null;
  }
  if (taken.found === 'not-yet') {
    if (run.judged === null) return later();
    await work.restAgain(run);
    return null;
  }
  return keep({ work, inputs }, run, supplier, taken);
}

async function keep(
  { work, inputs }: TakeInDeps,
  run: ClaimedRun,
  supplier: Supplier,
  taken: Extract<TakenIn, { found: 'input' }>,
): Promise<ClaimedRun | null> {
  const { bytes, closed } = taken;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (isSame(run.judged, { sha256, closed })) {
    await work.restAgain(run);
    return null;
  }
  const id = run.judged === null ? run.id : uuidv7();
  return work.keep(run, {
    id,
    sha256,
    closed,
    sealed: inputs.seal(await work.inputKey(), id, bytes),
    cutOff: cutOffOf(run, taken, supplier.scheme.zone),
    rulesVersion: RULES_VERSION,
  });
}

/**
 * When the supplier closed the day: by its own word, now or the first time that it was closed; else at midnight, or now
 * if that is yet to come. An open day is cut off now.
 */
function cutOffOf(
  run: ClaimedRun,
  { closed, closedAt }: Pick<Extract<TakenIn, { found: 'input' }>, 'closed' | 'closedAt'>,
  zone: string,
): Date {
  if (!closed) return run.now;
  if (closedAt !== undefined) return new Date(closedAt);
  if (run.judged?.closed === true) return run.judged.cutOff;
  const midnight = startOfDay(dayAfter(run.businessDate), zone);
  return midnight < run.now ? midnight : run.now;
}

function isSame(judged: TakenInput | null, { sha256, closed }: Pick<TakenInput, 'sha256' | 'closed'>): boolean {
  return judged !== null && judged.sha256 === sha256 && judged.closed === closed;
}

/** The port of a scheme that settles; whoever opens a run has made sure that there is one. */
export function settlementOf({ adapter }: Supplier): SettlementPort<never> {
  if (adapter.settlement === undefined) throw new Error(`${adapter.id} has no settlement`);
  return adapter.settlement;
}

/** A read, tried again while the supplier gives no usable answer. */
function fetched(
  settlement: SettlementPort<never>,
  supplier: Supplier,
  day: SettlementDay,
  signal: AbortSignal,
): Promise<TakenIn> {
  const read = () =>
    settlement.fetch(supplier.context({ secrets: [], priority: 'nightly', signal }), day).catch(stopOnAnswers);
  return pRetry(read, { retries: 2, minTimeout: 200, maxTimeout: 2_000, randomize: true, signal });
}

function stopOnAnswers(error: unknown): never {
  if (error instanceof AdapterFault && (error.fault.kind === 'not-sent' || error.fault.kind === 'unknown-outcome'))
    throw error;
  throw new AbortError(error instanceof Error ? error : new Error('not an error'));
}

/**
 * Whatever a supplier answers instead of its settlement is asked for again later; an error of our own is not the
 * supplier's.
 */
function unreachable(error: unknown): { readonly retryAfterMs: number } | { readonly fault: RunFault } {
  if (error instanceof AdapterFault) {
    return { retryAfterMs: error.fault.kind === 'rate-limited' ? (error.fault.retryAfterMs ?? 0) : 0 };
  }
  if (error instanceof SettlementFault) {
    const { reason, line, detail } = error;
    return { fault: { reason, line, detail } };
  }
  throw error;
}
