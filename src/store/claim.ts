import type pg from 'pg';
import { randomUUID } from 'node:crypto';
import type { Claimed, ClaimRequest, Lane } from '../core/operation/ports.js';
import type { OperationState } from '../spec/operation.js';
import { LIVE_STATES, LOOKUP_STATES } from './lane-states.js';
import { applyDecisions } from './apply-decisions.js';
import type { Change } from './change.js';
import {
  AGE_COLUMNS,
  MEMBER_COLUMNS,
  ORIGINAL_COLUMNS,
  SUBJECT_TABLES,
  toOperation,
  toOriginal,
  toSealedMember,
  toSnapshot,
  type OperationRecord,
} from './operation-columns.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** The states whose next action belongs to a lane. */
const LANE_STATES: Readonly<Record<Lane, readonly OperationState[]>> = {
  live: LIVE_STATES,
  lookup: LOOKUP_STATES,
};

type Ref = ClaimRequest['hints'][number];

/**
 * Takes due operations of one connection under a lease, at most `limit`. What needs no supplier is applied at once. The attempt
 * is committed with the lease: intent before the call. Rows that another worker holds are skipped. Without hints an empty answer
 * means that nothing is due: a page of what needed no supplier is followed by the next.
 */
export async function claimOperations(pools: Pools, request: ClaimRequest): Promise<Claimed[]> {
  if (request.hints.length > 0) return (await claimPage(pools, request, request.hints)).claimed;
  for (;;) {
    const refs = await dueRefs(pools.relay, request);
    if (refs.length === 0) return [];
    const { claimed, applied } = await claimPage(pools, request, refs);
    if (claimed.length > 0 || applied === 0) return claimed;
  }
}

async function claimPage(
  pools: Pools,
  request: ClaimRequest,
  refs: readonly Ref[],
): Promise<{ readonly claimed: Claimed[]; readonly applied: number }> {
  return asTenants(
    pools.app,
    refs.map((ref) => ref.tenantId),
    async (client) => {
      const records = await lockDue(client, request, refs);
      const plans = records.map((record) => planOf(request, record));
      const applied = await applyDecisions(
        client,
        plans.map((one) => one.change),
      );
      const claimed = plans.flatMap(({ record, change }) => {
        const startedAt = applied.get(change.operation.id);
        return change.opens === undefined || startedAt === undefined
          ? []
          : [toClaimed(record, change, change.opens, startedAt)];
      });
      return { claimed, applied: applied.size };
    },
    ({ claimed, applied }) => (claimed.length > 0 ? 'claim' : applied > 0 ? 'become' : undefined),
  );
}

/**
 * Where something is due, oldest first: the relay's role sees that and no more. By the time of the statement: with a clock that
 * moves while it runs PostgreSQL uses no index, and reads all that waits to find the few that are due.
 */
async function dueRefs(relay: pg.Pool, request: ClaimRequest): Promise<Ref[]> {
  const due = await relay.query<{ tenant_id: string; id: string }>({
    name: 'due-refs',
    text: `SELECT tenant_id, id FROM operation
      WHERE connection_id = $1 AND next_action_at <= statement_timestamp() AND state = ANY ($2) ORDER BY next_action_at LIMIT $3`,
    values: [request.connectionId, LANE_STATES[request.lane], request.limit],
  });
  return due.rows.map((row) => ({ tenantId: row.tenant_id, id: row.id }));
}

/** A fresh operation is claimed before its sweep time, since that only stands in for a lost wake-up; the rest must be due. */
async function lockDue(client: pg.PoolClient, request: ClaimRequest, refs: readonly Ref[]): Promise<OperationRecord[]> {
  const locked = await client.query<OperationRecord>({
    name: 'lock-due',
    text: `
      SELECT o.*, ${AGE_COLUMNS}, ${MEMBER_COLUMNS}, ${ORIGINAL_COLUMNS}
      FROM ${SUBJECT_TABLES}
      WHERE o.id = ANY ($1::uuid[]) AND o.connection_id = $2 AND o.state = ANY ($3)
        AND (o.lease_until IS NULL OR o.lease_until <= clock_timestamp())
        AND (o.next_action_at <= clock_timestamp() + interval '100 ms' 
          OR (o.state IN ('queued', 'requested') AND o.attempts = 0 AND o.not_sent_tries = 0))
      ORDER BY o.id LIMIT $4 FOR UPDATE OF o SKIP LOCKED`,
    values: [refs.map((ref) => ref.id), request.connectionId, LANE_STATES[request.lane], request.limit],
  });
  return locked.rows;
}

function planOf(request: ClaimRequest, record: OperationRecord): { record: OperationRecord; change: Change } {
  const operation = toOperation(record);
  const plan = request.plan(operation, toSnapshot(record));
  const token = record['lease_token'] as string | null;
  if (plan.act === 'become') return { record, change: { operation, token, decision: plan.decision } };
  const begun = plan.decision ?? { to: plan.act === 'look-up' ? toSnapshot(record).state : 'sending' };
  return {
    record,
    change: {
      operation,
      token,
      decision: { ...begun, nextActionInMs: request.leaseMs },
      opens: { token: randomUUID(), action: plan.act, leaseMs: request.leaseMs },
    },
  };
}

/** The operation as it stands after the claim; a step that begins has no past. */
function toClaimed(
  record: OperationRecord,
  { decision }: Change,
  opens: NonNullable<Change['opens']>,
  startedAt: string,
): Claimed {
  const operation = toOperation(record);
  const snapshot = toSnapshot(record);
  const sends = opens.action !== 'look-up';
  const version = operation.version + (decision.to === operation.state ? 0 : 1);
  const attempts = operation.attempts + (sends ? 1 : 0);
  const step = decision.step ?? operation.step;
  const anew = step !== operation.step;
  const sent = { sinceLastSentMs: 0, sinceFirstSentMs: anew ? 0 : (snapshot.sinceFirstSentMs ?? 0) };
  const fresh = { unknownForMs: null, lookups: 0, absences: 0, notSentTries: 0 };
  return {
    operation: { ...operation, state: decision.to, version, attempts, step },
    snapshot: { ...snapshot, ...(anew ? fresh : {}), state: decision.to, step, attempts, ...(sends ? sent : {}) },
    resume: anew ? null : (record['resume'] as string | null),
    act: opens.action,
    token: opens.token,
    startedAt,
    member: toSealedMember(record),
    original: toOriginal(record),
  };
}
