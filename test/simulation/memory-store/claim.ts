import type { Claimed, ClaimRequest } from '../../../src/core/operation/ports.js';
import { LANE_STATES } from '../../../src/store/lane-states.js';
import { snapshotOf, subjectOf } from './ages.js';
import { applyDecision, type Change } from './apply.js';
import type { Base } from './base.js';
import { isLive, type StoredOperation } from './tables.js';

/** A wake-up that is this little early finds its work all the same. */
const EARLY_MS = 100;

/** Takes due operations under a lease; what needs no supplier is applied at once. Without hints until nothing may be taken. */
export function claimOperations(base: Base, request: ClaimRequest): Claimed[] {
  if (request.hints.length > 0) return claimPage(base, request, named(base, request)).claimed;
  for (;;) {
    const due = dueRows(base, request);
    if (due.length === 0) return [];
    const { claimed, applied, deferred } = claimPage(base, request, due);
    if (claimed.length > 0 || applied === 0 || deferred > 0) return claimed;
  }
}

function claimPage(base: Base, request: ClaimRequest, rows: readonly StoredOperation[]) {
  const page = { claimed: [] as Claimed[], applied: 0, deferred: 0 };
  for (const row of rows.filter((one) => claimable(base, request, one)).slice(0, request.limit)) {
    const taken = take(base, request, row);
    if (taken === 'deferred') page.deferred += 1;
    else if (taken !== 'left') page.applied += 1;
    if (typeof taken === 'object') page.claimed.push(taken);
  }
  return page;
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

/** Tenants take turns, each one's oldest first. */
function dueRows(
  { tables, now, without }: Base,
  { connectionId, lane, limit, steps }: ClaimRequest,
): StoredOperation[] {
  const at = now();
  const any = steps === 'any' && isLive(tables, connectionId);
  const dueAt = ({ nextActionAt }: StoredOperation): number => nextActionAt?.getTime() ?? Infinity;
  const due = [...tables.operations.values()]
    .filter((row) => row.connectionId === connectionId && dueAt(row) <= at)
    .filter(({ state }) => LANE_STATES[lane].includes(state) || without.has('lanes by state'))
    .filter((row) => any || needsNoSupplier(row, at))
    .sort((a, b) => dueAt(a) - dueAt(b));
  const turns = new Map<string, number>();
  const inTurns = due.map((row) => {
    const turn = (turns.get(row.tenantId) ?? 0) + 1;
    turns.set(row.tenantId, turn);
    return { row, turn };
  });
  return inTurns
    .sort((a, b) => a.turn - b.turn || dueAt(a.row) - dueAt(b.row))
    .slice(0, limit)
    .map(({ row }) => row)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What waits for a time of its own, a lapsed lease, a hold in our own books, a release of what was not sent. */
function needsNoSupplier({ state, leaseToken, hold, intent }: StoredOperation, now: number): boolean {
  const own =
    ['scheduled', 'sending', 'holding'].includes(state) ||
    (['confirming', 'releasing'].includes(state) && leaseToken !== null) ||
    (['requested', 'held', 'confirming'].includes(state) && hold?.kind === 'soft') ||
    (state === 'requested' && intent === 'release');
  const ended = hold !== null && Date.parse(hold.expiresAt) <= now;
  return own && (intent !== 'confirm' || leaseToken !== null || ended);
}

/** Due, of this connection and lane, and nobody's; what is fresh is claimed before its sweep time. */
function claimable({ now, without }: Base, { connectionId, lane }: ClaimRequest, row: StoredOperation): boolean {
  const { state, attempts, notSentTries, leaseUntil, nextActionAt } = row;
  const inLane = LANE_STATES[lane].includes(state) || without.has('lanes by state');
  const fresh = (state === 'queued' || state === 'requested') && attempts === 0 && notSentTries === 0;
  const due = nextActionAt !== null && nextActionAt.getTime() <= now() + EARLY_MS;
  return row.connectionId === connectionId && inLane && (leaseUntil ?? 0) <= now() && (due || fresh);
}

function take(base: Base, request: ClaimRequest, row: StoredOperation): Claimed | 'became' | 'deferred' | 'left' {
  const { tables, now } = base;
  const snapshot = snapshotOf(tables, row, now());
  const plan = request.plan(row, snapshot);
  const token = row.leaseToken;
  if (plan.act === 'become') {
    return applyDecision(base, { operation: row, token, decision: plan.decision }) === null ? 'left' : 'became';
  }
  if (!isLive(tables, row.connectionId)) return 'left';
  if (plan.act === 'defer') return putOff(base, row, plan.forMs);
  const begun = plan.decision ?? { to: plan.act === 'look-up' ? snapshot.state : ('sending' as const) };
  const opens: NonNullable<Change['opens']> = { token: base.mint(), action: plan.act, leaseMs: request.leaseMs };
  const decision = { ...begun, nextActionInMs: request.leaseMs };
  const after = applyDecision(base, { operation: row, token, decision, opens });
  return after === null ? 'left' : toClaimed(base, row, after, opens);
}

/** Nothing has happened to it, so there is no event, and no wake-up either. */
function putOff({ tables, now }: Base, row: StoredOperation, forMs: number): 'deferred' {
  const lapses = row.lapses + (row.leaseToken === null ? 0 : 1);
  const nextActionAt = new Date(now() + forMs);
  tables.operations.set(row.id, { ...row, nextActionAt, lapses, leaseToken: null, leaseUntil: null });
  return 'deferred';
}

/** The operation as it stands after the claim; a step that begins has no past. */
function toClaimed(
  { tables, now }: Base,
  before: StoredOperation,
  after: StoredOperation,
  { token, action }: NonNullable<Change['opens']>,
): Claimed {
  const { leaseLapsed, lapses, reviewReason } = snapshotOf(tables, before, now());
  const snapshot = { ...snapshotOf(tables, after, now()), reviewReason, lapses, leaseLapsed };
  return { ...subjectOf(tables, after), snapshot, act: action, token, startedAt: String(after.updatedAt.getTime()) };
}
