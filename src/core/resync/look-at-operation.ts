import { isFinal, type OperationState } from '../../spec/operation.js';
import type { MemberVault } from '../link/vault.js';
import { decide } from '../operation/decide.js';
import { look, type Looked } from '../operation/look.js';
import type { LookSubject, OperationStore } from '../operation/ports.js';
import { rulesFor } from '../operation/recovery.js';
import type { Random } from '../operation/schedule.js';
import type { Decision, Learnt, Rules, Snapshot } from '../operation/snapshot.js';
import type { BreakBook } from '../reconcile/break-book.js';
import type { Suppliers } from '../supplier/ports.js';
import { compare, evidenceOf } from './compare.js';
import { failedLook, type LookAgain, stays } from './look-again.js';
import type { LookedAt, ResyncStore } from './ports.js';

export interface LookAtOperationDeps {
  readonly operations: Pick<OperationStore, 'subject' | 'evidence'>;
  readonly breaks: BreakBook;
  readonly store: Pick<ResyncStore, 'isAnswerable' | 'referenceIsFree'>;
  readonly suppliers: Suppliers;
  readonly vault: MemberVault;
  readonly random: Random;
}

/** Which resync looks, and whether it only tells what it would do. */
export interface Looking {
  readonly tenantId: string;
  readonly resyncId: string;
  readonly dryRun: boolean;
}

type Subject = LookSubject & { readonly snapshot: Snapshot };

/**
 * Looks at an operation as it stands and makes of it what the look says: evidence, or an answer to what disputes it.
 */
export async function lookAtOperation(
  deps: LookAtOperationDeps,
  looking: Looking,
  operationId: string,
): Promise<LookedAt | LookAgain> {
  const subject = await deps.operations.subject(looking.tenantId, operationId);
  if (subject === null) throw new Error('an operation that a resync names is gone');
  const { state, connectionId } = subject.operation;
  if (IN_FLIGHT.includes(state)) return stays(state, 'in-flight', 0);
  const supplier = await deps.suppliers.of(connectionId);
  const looked = await look(subject, supplier, deps.vault);
  if (looked === null) return stays(state, 'cannot-look', 0);
  if (looked.learnt.type === 'look-up-failed') return failedLook(looked.learnt.fault, looked.calls, state);
  const rules = rulesFor(supplier, subject.operation);
  return isFinal(state)
    ? answerDispute(deps, looking, subject, looked, rules)
    : applyEvidence(deps, looking, subject, looked, rules);
}

/** A send is under way, or is about to be. */
const IN_FLIGHT: readonly OperationState[] = ['sending', 'holding', 'confirming', 'releasing'];

/**
 * From here on the engine would send something; so it would of a redemption that is held when the platform has asked
 * for more.
 */
const SENDS_NEXT: readonly OperationState[] = ['queued', 'requested', ...IN_FLIGHT];

/**
 * A final operation never changes; what the supplier says of it answers, or opens, the question whether the books
 * agree.
 */
async function answerDispute(
  { breaks, store }: LookAtOperationDeps,
  { tenantId, resyncId, dryRun }: Looking,
  { operation, snapshot }: Subject,
  { learnt, calls }: Looked,
  rules: Rules,
): Promise<LookedAt> {
  const comparison = compare(operation, snapshot, learnt, rules);
  if (comparison.says === 'nothing') return stays(operation.state, 'unchanged', calls);
  const evidence = evidenceOf(learnt, resyncId);
  if (comparison.says === 'otherwise') {
    const disputed = (await breaks.disputed(tenantId, [operation.id])).has(operation.id);
    if (!dryRun) await breaks.differs(tenantId, operation.id, comparison.theirPoints, evidence);
    return { ...stays(operation.state, 'differs', calls), changed: !disputed };
  }
  const resolved = dryRun
    ? await store.isAnswerable(tenantId, operation.id)
    : (await breaks.confirmed(tenantId, operation.id, evidence)) > 0;
  return { ...stays(operation.state, resolved ? 'confirmed' : 'unchanged', calls), changed: resolved };
}

/**
 * Evidence about an open operation, applied only while it stands as it stood when the supplier was asked. Absence is
 * left to the schedule, and so is everything from which a send would follow: looking again never sends.
 */
async function applyEvidence(
  deps: LookAtOperationDeps,
  looking: Looking,
  { operation: seen, snapshot }: Subject,
  { learnt, calls }: Looked,
  rules: Rules,
): Promise<LookedAt | LookAgain> {
  const judge = (told: Learnt, now: Snapshot): Decision | null => {
    const decision = told.type === 'absent' ? null : decide(now, told, rules, deps.random);
    return decision !== null && isNews(decision, now) && !sendsNext(decision, now) ? decision : null;
  };
  const told = await claimable(deps, seen, learnt, judge(learnt, snapshot));
  const foreseen = judge(told, snapshot);
  if (foreseen === null) return stays(seen.state, 'unchanged', calls);
  if (!looking.dryRun) {
    const decided = await deps.operations.evidence(seen.tenantId, seen.id, (operation, now) =>
      operation.state === seen.state && operation.version === seen.version ? judge(told, now) : null,
    );
    // Somebody was faster: it was not looked at as it stands.
    if (decided === null || decided === 'reference-taken') {
      return { result: 'again', calls, otherwise: stays(seen.state, 'in-flight', calls) };
    }
    const ended = compare({ ...seen, state: decided.to }, snapshot, learnt, rules);
    if (isFinal(decided.to) && ended.says === 'the-same') {
      await deps.breaks.confirmed(seen.tenantId, seen.id, evidenceOf(learnt, looking.resyncId));
    }
  }
  return { result: 'settled', changed: true, from: seen.state, to: foreseen.to, calls };
}

/**
 * What was learnt, or that the supplier reference it would bring is another operation's: one of the two is not what
 * it seems.
 */
async function claimable(
  { store }: LookAtOperationDeps,
  operation: Subject['operation'],
  learnt: Learnt,
  decision: Decision | null,
): Promise<Learnt> {
  const reference = decision?.supplierReference;
  if (reference === undefined || (await store.referenceIsFree(operation, reference))) return learnt;
  return { type: 'reference-taken' };
}

/**
 * A decision that moves nothing and tells a person nothing new only puts off the next look, which is the schedule's.
 */
function isNews({ to, reviewReason }: Decision, snapshot: Snapshot): boolean {
  return to !== snapshot.state || (reviewReason !== undefined && reviewReason !== snapshot.reviewReason);
}

function sendsNext(decision: Decision, snapshot: Snapshot): boolean {
  const intent = decision.intent === undefined ? snapshot.intent : decision.intent;
  return SENDS_NEXT.includes(decision.to) || (decision.to === 'held' && intent !== null);
}
