import type { Claimed, ClaimRequest, Lane } from '../../../src/core/operation/ports.js';
import type { OperationState } from '../../../src/spec/operation.js';
import { LIVE_STATES, LOOKUP_STATES } from '../../../src/store/lane-states.js';
import { snapshotOf, subjectOf } from './ages.js';
import { applyDecision, type Change } from './apply.js';
import type { Base } from './base.js';
import type { StoredOperation } from './tables.js';

const LANE_STATES: Readonly<Record<Lane, readonly OperationState[]>> = { live: LIVE_STATES, lookup: LOOKUP_STATES };

/** A wake-up that is this little early finds its work all the same. */
const EARLY_MS = 100;

/** Takes due operations under a lease; what needs no supplier is applied at once. Without hints until nothing is due. */
export function claimOperations(base: Base, request: ClaimRequest): Claimed[] {
  if (request.hints.length > 0) return claimPage(base, request, named(base, request)).claimed;
  for (;;) {
    const due = dueRows(base, request);
    if (due.length === 0) return [];
    const { claimed, applied } = claimPage(base, request, due);
    if (claimed.length > 0 || applied === 0) return claimed;
  }
}

function claimPage(base: Base, request: ClaimRequest, rows: readonly StoredOperation[]) {
  const claimed: Claimed[] = [];
  let applied = 0;
  for (const row of rows.filter((one) => claimable(base, request, one)).slice(0, request.limit)) {
    const taken = take(base, request, row);
    if (taken === null) continue;
    applied += 1;
    if (taken !== 'became') claimed.push(taken);
  }
  return { claimed, applied };
}

/** By id, as rows are locked; a hint shows the rows of its own tenant. */
function named({ tables }: Base, { hints }: ClaimRequest): StoredOperation[] {
  const tenants = new Set(hints.map(({ tenantId }) => tenantId));
  return [...new Set(hints.map(({ id }) => id))]
    .sort()
    .map((id) => tables.operations.get(id))
    .filter((row) => row !== undefined)
    .filter(({ tenantId }) => tenants.has(tenantId));
}

function dueRows({ tables, now }: Base, request: ClaimRequest): StoredOperation[] {
  const dueAt = ({ nextActionAt }: StoredOperation): number => nextActionAt?.getTime() ?? Infinity;
  return [...tables.operations.values()]
    .filter((row) => row.connectionId === request.connectionId && dueAt(row) <= now())
    .filter(({ state }) => LANE_STATES[request.lane].includes(state))
    .sort((a, b) => dueAt(a) - dueAt(b))
    .slice(0, request.limit)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Due, of this connection and lane, and nobody's; what is fresh is claimed before its sweep time. */
function claimable({ now, without }: Base, { connectionId, lane }: ClaimRequest, row: StoredOperation): boolean {
  const { state, attempts, notSentTries, leaseUntil, nextActionAt } = row;
  const inLane = LANE_STATES[lane].includes(state) || without.has('lanes by state');
  const fresh = (state === 'queued' || state === 'requested') && attempts === 0 && notSentTries === 0;
  const due = nextActionAt !== null && nextActionAt.getTime() <= now() + EARLY_MS;
  return row.connectionId === connectionId && inLane && (leaseUntil ?? 0) <= now() && (due || fresh);
}

function take(base: Base, request: ClaimRequest, row: StoredOperation): Claimed | 'became' | null {
  const snapshot = snapshotOf(row, base.now());
  const plan = request.plan(row, snapshot);
  const token = row.leaseToken;
  if (plan.act === 'become') {
    return applyDecision(base, { operation: row, token, decision: plan.decision }) === null ? null : 'became';
  }
  const begun = plan.decision ?? { to: plan.act === 'look-up' ? snapshot.state : ('sending' as const) };
  const opens: NonNullable<Change['opens']> = {
    token: base.mint(),
    action: plan.act,
    leaseMs: request.leaseMs,
    lapses: row.lapses,
  };
  const decision = { ...begun, nextActionInMs: request.leaseMs };
  const after = applyDecision(base, { operation: row, token, decision, opens });
  return after === null ? null : toClaimed(base, row, after, opens);
}

/** The operation as it stands after the claim; a step that begins has no past. */
function toClaimed(
  { tables, now }: Base,
  before: StoredOperation,
  after: StoredOperation,
  { token, action }: NonNullable<Change['opens']>,
): Claimed {
  const { leaseLapsed, reviewReason } = snapshotOf(before, now());
  const snapshot = { ...snapshotOf(after, now()), reviewReason, leaseLapsed };
  return { ...subjectOf(tables, after), snapshot, act: action, token, startedAt: String(after.updatedAt.getTime()) };
}
