import { signedPoints } from '../../../src/core/operation/signed-points.js';
import { isFinal, type OperationState } from '../../../src/spec/operation.js';
import { LIVE_STATES } from '../../../src/store/lane-states.js';
import type { Change } from './apply.js';
import type { Base } from './base.js';
import type { StoredOperation, Tables } from './tables.js';

interface Written {
  readonly before: StoredOperation;
  readonly after: StoredOperation;
  readonly change: Change;
  readonly at: number;
}

/** Wake-ups further off than this are the sweeper's. */
const QUEUED_AHEAD_MS = 600_000;

/** Event, attempt, wake-up, ledger, reservation and freed activities, in the transaction of the change. */
export function writeConsequences(base: Base, written: Written): void {
  const { tables } = base;
  const { before, after, change, at } = written;
  const posts = moves(after.state) && !isFinal(before.state);
  const releases = isFinal(after.state) && !moves(after.state);
  if (before.state !== after.state) tell(tables, after, before.state, at);
  keepAttempt(tables, written);
  if (posts) book(tables, after, at);
  if ((posts || releases) && after.kind === 'redemption') endReservation(tables, after, posts ? 'spent' : 'freed', at);
  if (releases) freeActivity(tables, after.id);
  if (posts && after.kind === 'reversal') freeWhollyReversed(tables, after);
  wakeUp(tables, after, change, at);
}

export function tell(tables: Tables, row: StoredOperation, from: string | null, at: number): void {
  const { tenantId, id, version, linkId, state, evidence } = row;
  const type = `operation.${state}`;
  tables.events.push({ tenantId, subjectId: id, sequence: version, linkId, type, from, to: state, evidence, at });
}

function keepAttempt(tables: Tables, { after, change, at }: Written): void {
  const { opens, ends, token } = change;
  const { tenantId, id: operationId } = after;
  if (opens !== undefined) {
    const startedAt = String(at);
    const { action } = opens;
    tables.attempts.set(opens.token, { tenantId, operationId, token: opens.token, action, startedAt, report: null });
  }
  const ended = ends === undefined || token === null ? undefined : tables.attempts.get(token);
  if (ends !== undefined && ended !== undefined) tables.attempts.set(ended.token, { ...ended, report: ends.report });
}

/** Two entries, from the supplier's clearing account to the member or back. */
function book({ ledger }: Tables, row: StoredOperation, at: number): void {
  const { tenantId, id, scheme, linkId } = row;
  if (ledger.has(id)) throw new Error('an operation is booked once');
  const amount = signedPoints(row);
  if (amount === 0) throw new Error('an entry is never of nothing');
  ledger.set(id, {
    tenantId,
    operationId: id,
    kind: 'posting',
    scheme,
    at,
    entries: [
      { account: 'member-points', linkId, amount },
      { account: 'supplier-clearing', linkId: null, amount: -amount },
    ],
  });
}

function endReservation(
  { reservations }: Tables,
  { id }: StoredOperation,
  outcome: 'spent' | 'freed',
  at: number,
): void {
  const reservation = reservations.get(id);
  if (reservation !== undefined) reservations.set(id, { ...reservation, outcome, endedAt: at });
}

function freeActivity({ activities, firsts }: Tables, operationId: string): void {
  for (const table of [activities, firsts]) {
    for (const [name, holder] of table) if (holder.operationId === operationId) table.delete(name);
  }
}

/** A wholly reversed accrual frees its activity: the trip may be posted anew. */
function freeWhollyReversed(tables: Tables, { tenantId, originalId }: StoredOperation): void {
  const original = originalId === null ? undefined : tables.operations.get(originalId);
  if (original === undefined) return;
  const reversed = [...tables.operations.values()]
    .filter((one) => one.tenantId === tenantId && one.originalId === originalId)
    .filter(({ kind, state }) => kind === 'reversal' && state === 'posted')
    .reduce((sum, { points }) => sum + points, 0);
  if (reversed === original.points + original.bonusPoints) freeActivity(tables, original.id);
}

/** What waits for an instant of its own is the sweeper's, unless the platform has asked for something meanwhile. */
function wakeUp(tables: Tables, after: StoredOperation, { decision, opens }: Change, at: number): void {
  const { nextActionInMs, wakeAt } = decision;
  if (opens !== undefined || nextActionInMs === null || nextActionInMs > QUEUED_AHEAD_MS) return;
  if (after.intent === null && wakeAt !== undefined) return;
  const { tenantId, id: operationId, connectionId } = after;
  const lane = LIVE_STATES.includes(after.state) ? 'live' : 'lookup';
  tables.outbox.push({ tenantId, lane, connectionId, operationId, dueAt: at + nextActionInMs });
}

function moves(state: OperationState): boolean {
  return state === 'posted' || state === 'confirmed';
}
