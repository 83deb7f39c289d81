import type pg from 'pg';
import { randomUUID } from 'node:crypto';
import type { Claimed, ClaimRequest, Quarantined } from '../core/operation/ports.js';
import { applyDecisions } from './apply-decisions.js';
import type { Change } from './change.js';
import { defer, type Deferred } from './defer.js';
import { dueOperations, type Ref } from './due-operations.js';
import { retried } from './group-commit.js';
import { LANE_STATES } from './lane-states.js';
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
import { isOfTheRow, quarantinedBy, setAside, Unplannable } from './quarantine.js';
import { asTenants } from './tenant-scope.js';

type Tell = (one: Quarantined) => void;

/** What became of a page of due operations. */
interface Page {
  readonly claimed: readonly Claimed[];
  /** How many were changed, be it by a step that needs no supplier. */
  readonly applied: number;
  readonly deferred: number;
}

/**
 * Takes due operations of one connection under a lease, at most `limit`. What needs no supplier is applied at once. The attempt
 * is committed with the lease: intent before the call. Rows that another worker holds are skipped. Without hints an empty answer
 * means that nothing is due, or may go out now: a page of what needed no supplier is followed by the next. `tell` hears of what was
 * set aside.
 */
export async function claimOperations(pools: Pools, request: ClaimRequest, tell: Tell): Promise<readonly Claimed[]> {
  if (request.hints.length > 0) return (await claimPage(pools, request, request.hints, tell)).claimed;
  for (;;) {
    const refs = await dueOperations(pools, request);
    if (refs.length === 0) return [];
    const { claimed, applied, deferred } = await claimPage(pools, request, refs, tell);
    if (claimed.length > 0 || applied === 0 || deferred > 0) return claimed;
  }
}

/** A page that one of its rows fails is claimed row by row, and that row set aside by itself. */
async function claimPage(pools: Pools, request: ClaimRequest, refs: readonly Ref[], tell: Tell): Promise<Page> {
  try {
    return await retried(() => claimTogether(pools, request, refs, tell));
  } catch (error) {
    if (!isOfTheRow(error)) throw error;
    const [only, ...others] = refs;
    if (only !== undefined && others.length === 0) {
      await retried(() => setAside(pools, request.lane, only, tell));
      return { claimed: [], applied: 1, deferred: 0 };
    }
  }
  const pages: Page[] = [];
  for (const ref of refs) {
    try {
      pages.push(await claimPage(pools, request, [ref], tell));
    } catch (error) {
      // What was claimed before is under way already.
      if (pages.every(({ claimed }) => claimed.length === 0)) throw error;
      break;
    }
  }
  return {
    claimed: pages.flatMap(({ claimed }) => claimed),
    applied: pages.reduce((sum, { applied }) => sum + applied, 0),
    deferred: pages.reduce((sum, { deferred }) => sum + deferred, 0),
  };
}

async function claimTogether(pools: Pools, request: ClaimRequest, refs: readonly Ref[], tell: Tell): Promise<Page> {
  const { page, quarantined } = await asTenants(
    pools.app,
    refs.map((ref) => ref.tenantId),
    async (client) => {
      const records = await lockDue(client, request, refs);
      const plans = records.flatMap((record) => planOf(request, record) ?? []);
      const changes = plans.flatMap((one) => ('change' in one ? [one] : []));
      const applied = await applyDecisions(
        client,
        changes.map((one) => one.change),
      );
      const deferred = plans.flatMap((one) => ('deferred' in one ? [one.deferred] : []));
      await defer(client, deferred);
      const claimed = changes.flatMap(({ record, change }) => {
        const startedAt = applied.get(change.operation.id);
        return change.opens === undefined || startedAt === undefined
          ? []
          : [toClaimed(record, change, change.opens, startedAt)];
      });
      const made = changes.flatMap(({ change }) => (applied.has(change.operation.id) ? [change] : []));
      const page: Page = { claimed, applied: applied.size, deferred: deferred.length };
      return { page, quarantined: quarantinedBy(made) };
    },
    ({ page: { claimed, applied } }) => (claimed.length > 0 ? 'claim' : applied > 0 ? 'become' : undefined),
  );
  for (const one of quarantined) tell(one);
  return page;
}

/** A fresh operation is claimed before its sweep time, since that only stands in for a lost wake-up; the rest must be due. */
async function lockDue(client: pg.PoolClient, request: ClaimRequest, refs: readonly Ref[]): Promise<OperationRecord[]> {
  const locked = await client.query<OperationRecord>({
    name: 'lock-due',
    text: `
      SELECT o.*, ${AGE_COLUMNS}, ${MEMBER_COLUMNS}, ${ORIGINAL_COLUMNS}, c.state AS connection_state
      FROM ${SUBJECT_TABLES} JOIN connection c ON c.id = o.connection_id
      WHERE o.id = ANY ($1::uuid[]) AND o.connection_id = $2 AND o.state = ANY ($3)
        AND (o.lease_until IS NULL OR o.lease_until <= clock_timestamp())
        AND (o.next_action_at <= clock_timestamp() + interval '100 ms' 
          OR (o.state IN ('queued', 'requested') AND o.attempts = 0 AND o.not_sent_tries = 0))
      ORDER BY o.id LIMIT $4 FOR UPDATE OF o SKIP LOCKED`,
    values: [refs.map((ref) => ref.id), request.connectionId, LANE_STATES[request.lane], request.limit],
  });
  return locked.rows;
}

type Planned = { readonly record: OperationRecord; readonly change: Change } | { readonly deferred: Deferred };

/** `null` where the supplier is needed and the connection is not live: such a row stays as it is, however often it is looked at. */
function planOf(request: ClaimRequest, record: OperationRecord): Planned | null {
  const operation = toOperation(record);
  const plan = planned(request, operation, record);
  const token = record['lease_token'] as string | null;
  if (plan.act === 'become') return { record, change: { operation, token, decision: plan.decision } };
  if (record['connection_state'] !== 'live') return null;
  if (plan.act === 'defer') return { deferred: { id: operation.id, forMs: plan.forMs } };
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

function planned(
  request: ClaimRequest,
  operation: Claimed['operation'],
  record: OperationRecord,
): ReturnType<ClaimRequest['plan']> {
  try {
    return request.plan(operation, toSnapshot(record));
  } catch (error) {
    throw new Unplannable(`operation ${operation.id} cannot be planned`, { cause: error });
  }
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
