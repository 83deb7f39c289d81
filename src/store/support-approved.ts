import type pg from 'pg';
import type { Caller } from '../core/request/ports.js';
import type { ApprovalBook, ApprovalRow, ApprovalState, Subject } from '../core/support/ports.js';
import { toTypeId } from '../spec/typeid.js';
import { applyDecisions } from './apply-decisions.js';
import type { Change } from './change.js';
import type { OperationRecord } from './operation-columns.js';
import { writeAudits } from './support-audit.js';
import { STANDING_COLUMNS, STANDING_TABLES, toStanding } from './support-columns.js';

/** How an approval is decided, under which lock. */
interface Deciding extends Pick<Parameters<ApprovalBook['decide']>[0], 'decision' | 'reason' | 'check' | 'carryOut'> {
  readonly lock: () => Promise<ApprovalRow>;
}

/** An operation of an approval with the row as the database gave it, locked. */
interface LockedSubject extends Subject {
  readonly record: OperationRecord;
}

/**
 * Locks what an approval is about, and then the approval; checks that it may be decided, and carries an approved act
 * out. Gives back how the approval ends: `overtaken` when nothing of what it is about stands as it stood.
 */
export async function carryOutApproval(
  client: pg.PoolClient,
  actor: Caller,
  seen: ApprovalRow,
  { lock, check, decision, reason, carryOut }: Deciding,
): Promise<Extract<ApprovalState, 'approved' | 'declined' | 'overtaken'>> {
  const subjects = await lockSubjects(client, seen);
  const approval = await lock();
  check(approval);
  if (decision === 'decline') {
    await endRequeue(client, approval, 'declined');
    return 'declined';
  }
  const changes: Change[] = subjects.flatMap((subject) => {
    const decided = carryOut(approval, subject);
    if (decided === null) return [];
    const { operation } = subject.standing;
    return [{ operation, decision: decided, token: subject.record['lease_token'] as string | null }];
  });
  const applied = await applyDecisions(client, changes);
  if (applied.size !== changes.length) throw new Error('a locked operation changed');
  await noteResults(client, approval, [...applied.keys()]);
  const ended = changes.length === 0 ? 'overtaken' : 'approved';
  await endRequeue(client, approval, ended === 'approved' ? 'done' : 'overtaken');
  const act = approval.act === 'requeue' ? 'resend' : approval.act;
  const before = new Map(subjects.map(({ standing }) => [standing.operation.id, standing.operation]));
  await writeAudits(
    client,
    actor,
    changes.map(({ operation, decision: { to } }) => ({
      act: `operation.${act}`,
      subject: toTypeId('op', operation.id),
      reason,
      before: {
        state: operation.state,
        version: operation.version,
        reviewReason: before.get(operation.id)?.reviewReason ?? null,
      },
      after: { state: to, version: operation.version + 1, approval: toTypeId('apr', approval.id) },
    })),
  );
  return ended;
}

/** In id order, as everybody locks operations. */
async function lockSubjects(client: pg.PoolClient, approval: ApprovalRow): Promise<LockedSubject[]> {
  const found = await client.query<OperationRecord>({
    name: 'lock-subjects',
    text: `SELECT ${STANDING_COLUMNS}, coalesce(i.stood, a.stood) AS stood
      FROM approval a LEFT JOIN requeue q ON (q.tenant_id, q.id) = (a.tenant_id, a.requeue_id)
        LEFT JOIN requeue_item i ON (i.tenant_id, i.requeue_id) = (q.tenant_id, q.id) AND i.left_out IS NULL
        JOIN (${STANDING_TABLES}) ON (o.tenant_id, o.id) = (a.tenant_id, coalesce(i.operation_id, a.operation_id))
      WHERE a.tenant_id = $1 AND a.id = $2 ORDER BY o.id FOR UPDATE OF o`,
    values: [approval.tenantId, approval.id],
  });
  return found.rows.map((record) => ({ record, standing: toStanding(record), stood: record['stood'] as string }));
}

/** What became of each operation of a requeue. */
async function noteResults(client: pg.PoolClient, approval: ApprovalRow, applied: readonly string[]): Promise<void> {
  if (approval.requeueId === null) return;
  await client.query(
    `UPDATE requeue_item SET result = CASE WHEN operation_id = ANY ($3::uuid[]) THEN 'queued' ELSE 'overtaken' END
     WHERE tenant_id = $1 AND requeue_id = $2 AND left_out IS NULL`,
    [approval.tenantId, approval.requeueId, applied],
  );
}

async function endRequeue(
  client: pg.PoolClient,
  approval: ApprovalRow,
  state: 'done' | 'declined' | 'overtaken',
): Promise<void> {
  if (approval.requeueId === null) return;
  await client.query(
    'UPDATE requeue SET state = $3, finished_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2',
    [approval.tenantId, approval.requeueId, state],
  );
}
