import pRetry from 'p-retry';
import type { Fault } from '../../spec/errors.js';
import type { MemberVault } from '../link/vault.js';
import type { ConnectionGuard, Gate, Lease, Supplier } from '../supplier/ports.js';
import { attempt } from './attempt.js';
import { decide } from './decide.js';
import type { AttemptEnd, Claimed, Completion, OperationStore } from './ports.js';
import { rulesFor } from './recovery.js';
import type { Random } from './schedule.js';
import type { Learnt } from './snapshot.js';

/** What carrying a claimed operation takes. */
export interface CarryDeps {
  readonly store: Pick<OperationStore, 'complete'>;
  readonly gate: Pick<Gate, 'throttled'>;
  readonly guard: Pick<ConnectionGuard, 'authFailed'>;
  readonly vault: MemberVault;
  readonly random: Random;
  /** Told of every attempt whose end is committed; what it throws is told to `onError` and stops nothing. */
  readonly onAttempt: (end: AttemptEnd) => void;
  /** Told of what should not happen and stops nothing. */
  readonly onError: (error: unknown, where: string) => void;
}

/** Performs a claimed operation, decides and completes; then those hear of it whom it concerns. */
export async function carry(deps: CarryDeps, claimed: Claimed, lease: Lease, supplier: Supplier): Promise<void> {
  const { learnt, report } = await attempt(claimed, supplier, deps.vault, lease);
  const fault = 'fault' in learnt ? learnt.fault : null;
  // Told before the commit: other calls are on their way.
  if (fault?.kind === 'rate-limited') deps.gate.throttled(supplier.connectionId);
  const completion = await finish(deps, claimed, learnt, report, supplier);
  if (completion !== null) tell(deps, completion);
  if (fault !== null) await guardAgainst(deps, fault, supplier);
}

/** What was committed; `null` when somebody else changed the operation first, or nothing was learnt. */
async function finish(
  deps: CarryDeps,
  claimed: Claimed,
  learnt: Learnt,
  report: Completion['report'],
  supplier: Supplier,
): Promise<Completion | null> {
  const rules = rulesFor(supplier, claimed.snapshot);
  const decision = decide(claimed.snapshot, learnt, rules, deps.random);
  if (decision === null) return null;
  const completion = { claimed, decision, report };
  const result = await complete(deps, completion);
  if (result !== 'reference-taken') return result === 'applied' ? completion : null;
  const review = decide(claimed.snapshot, { type: 'reference-taken' }, rules, deps.random);
  if (review === null) return null;
  const instead = { claimed, decision: review, report };
  return (await complete(deps, instead)) === 'applied' ? instead : null;
}

/** Compare-and-set makes a second try harmless; if all fail the lease lapses and the outcome is unknown, which is the truth. */
function complete({ store }: CarryDeps, completion: Completion): ReturnType<OperationStore['complete']> {
  return pRetry(() => store.complete(completion), {
    retries: 5,
    minTimeout: 100,
    maxTimeout: 2_000,
    randomize: true,
  });
}

function tell(deps: CarryDeps, { claimed, decision, report }: Completion): void {
  const { id, tenantId, scheme, connectionId, kind, state, createdAt } = claimed.operation;
  try {
    deps.onAttempt({
      operationId: id,
      tenantId,
      scheme,
      connectionId,
      kind,
      act: claimed.act,
      outcome: report.outcome,
      latencyMs: report.latencyMs,
      from: state,
      to: decision.to,
      createdAt,
    });
  } catch (error) {
    deps.onError(error, 'attempt observer');
  }
}

async function guardAgainst(deps: CarryDeps, fault: Fault, supplier: Supplier): Promise<void> {
  if (fault.kind !== 'auth') return;
  try {
    await deps.guard.authFailed(supplier.connectionId, supplier.version, fault.detail);
  } catch (error) {
    // The next refusal tells it again.
    deps.onError(error, 'connection guard');
  }
}
