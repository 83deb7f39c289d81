import type { HoldFound, Receipt } from '../../spec/adapter.js';
import type { Json } from '../../spec/values.js';
import { absenceBelief } from '../operation/decide-absent.js';
import type { OperationRow } from '../operation/ports.js';
import { signedPoints } from '../operation/signed-points.js';
import type { Learnt, Rules, Snapshot } from '../operation/snapshot.js';

/**
 * What a look says about an operation that is final; `theirPoints` are signed from the member, `null`: the supplier
 * has none.
 */
export type Comparison =
  | { readonly says: 'the-same' }
  | { readonly says: 'otherwise'; readonly theirPoints: number | null }
  | { readonly says: 'nothing' };

const SAME: Comparison = { says: 'the-same' };
const NOTHING: Comparison = { says: 'nothing' };
const NONE_THERE: Comparison = { says: 'otherwise', theirPoints: null };

/** An operation as far as it can be held against what the supplier has. */
export type Compared = Pick<OperationRow, 'kind' | 'state' | 'points' | 'bonusPoints'>;

/** Holds what the supplier has against an operation that is final. */
export function compare(operation: Compared, snapshot: Snapshot, learnt: Learnt, rules: Rules): Comparison {
  const moved = operation.state === 'posted' || operation.state === 'confirmed';
  switch (learnt.type) {
    case 'found':
      if (!moved) return theirs(operation, learnt.receipt);
      if (!learnt.posted) return NONE_THERE;
      return learnt.matches ? SAME : theirs(operation, learnt.receipt);
    case 'found-refused':
      return moved ? NONE_THERE : SAME;
    case 'found-hold':
      return compareHold(operation, moved, learnt.found, learnt.matches);
    case 'absent':
      // A supplier's look-up may lag behind its books: "not found" counts only when it would count for an open outcome.
      if (absenceBelief(snapshot, rules).believed === 'no') return NOTHING;
      return moved ? NONE_THERE : SAME;
    case 'receipt':
    case 'fault':
    case 'bug':
    case 'look-up-failed':
    case 'told-posted':
    case 'told-refused':
    case 'told-absent':
    case 'reference-taken':
      return NOTHING;
    default:
      return learnt satisfies never;
  }
}

function compareHold(operation: Compared, moved: boolean, found: HoldFound, matches: boolean): Comparison {
  switch (found.found) {
    case 'confirmed':
      return moved && matches ? SAME : theirs(operation, found.receipt);
    case 'held':
      // A hold that still stands has spent nothing, and ends by itself.
      return moved ? NONE_THERE : NOTHING;
    case 'released':
    case 'expired':
    case 'absent':
      return moved ? NONE_THERE : SAME;
    default:
      return found satisfies never;
  }
}

/** The supplier's points with the sign of ours; an answer that repeats none has those that were asked for. */
function theirs(operation: Compared, { echo }: Receipt): Comparison {
  const ours = signedPoints(operation);
  return { says: 'otherwise', theirPoints: Math.sign(ours) * (echo.points ?? Math.abs(ours)) };
}

/** What a look brought, as it is kept with a break: never the member number, only whether it is ours. */
export function evidenceOf(learnt: Learnt, resyncId: string): Json {
  const evidence = { by: 'look-up', resyncId };
  if (learnt.type === 'found') {
    return {
      ...evidence,
      found: learnt.posted ? 'posted' : 'accepted',
      ...receiptFacts(learnt.receipt, learnt.matches),
    };
  }
  if (learnt.type === 'found-refused') {
    return { ...evidence, found: 'refused', reason: learnt.reason, supplierCode: learnt.supplierCode };
  }
  if (learnt.type !== 'found-hold') return { ...evidence, found: learnt.type };
  const { found, matches } = learnt;
  return { ...evidence, found: found.found, ...('receipt' in found ? receiptFacts(found.receipt, matches) : {}) };
}

function receiptFacts({ echo, supplierReference }: Receipt, matches: boolean): { readonly [name: string]: Json } {
  return {
    matches,
    ...(echo.points === undefined ? {} : { points: echo.points }),
    ...(supplierReference === undefined ? {} : { supplierReference }),
  };
}
