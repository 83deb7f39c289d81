import type pg from 'pg';
import type { Caller } from '../core/request/ports.js';
import type { RequeueItemRow, RequeueRow, Subject } from '../core/support/ports.js';
import { camel } from './camel.js';
import type { OperationRecord } from './operation-columns.js';
import { withinOrganisation } from './organisation.js';
import { APPROVAL_COLUMNS, STANDING_COLUMNS, STANDING_TABLES, toApproval, toStanding } from './support-columns.js';

/** What a preview would do something about, in id order, as everybody locks operations. */
export async function readSubjects(
  client: pg.PoolClient,
  { tenantId }: Caller,
  requeueId: string,
  lock: '' | 'FOR UPDATE OF o',
): Promise<Subject[]> {
  const found = await client.query<OperationRecord>(
    `SELECT ${STANDING_COLUMNS}, i.stood FROM requeue_item i
       JOIN (${STANDING_TABLES}) ON (o.tenant_id, o.id) = (i.tenant_id, i.operation_id)
     WHERE i.tenant_id = $1 AND i.requeue_id = $2 AND i.left_out IS NULL ORDER BY o.id ${lock}`,
    [tenantId, requeueId],
  );
  return found.rows.map((record) => ({ standing: toStanding(record), stood: record['stood'] as string }));
}

/** A requeue with its items and its newest approval, by its own id or by the preview that it carries out. */
export async function readRequeue(
  client: pg.PoolClient,
  { tenantId, organisation }: Caller,
  id: string,
  by: 'id' | 'preview_id' = 'id',
): Promise<RequeueRow | null> {
  const found = await client.query<Record<string, unknown>>(
    `SELECT q.tenant_id, q.id, q.action, q.dry_run, q.scope, q.reason, q.preview_id, q.state, q.digest, q.resync_id,
       q.created_at, q.finished_at
     FROM requeue q WHERE q.tenant_id = $1 AND q.${by} = $2 AND ${withinOrganisation('q.organisation', '$3')}`,
    [tenantId, id, organisation],
  );
  const [row] = found.rows;
  if (row === undefined) return null;
  const requeue = camel(row) as Omit<RequeueRow, 'approval' | 'items'>;
  const approvals = await client.query<Record<string, unknown>>(
    `SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.tenant_id = $1 AND a.requeue_id = $2 ORDER BY a.id DESC LIMIT 1`,
    [tenantId, requeue.id],
  );
  const items = await client.query<Record<string, unknown>>(
    `SELECT operation_id, state, stood, left_out, result FROM requeue_item
     WHERE tenant_id = $1 AND requeue_id = $2 ORDER BY operation_id`,
    [tenantId, requeue.id],
  );
  const approval = approvals.rows[0] === undefined ? null : toApproval(approvals.rows[0]);
  return {
    ...requeue,
    state: approval?.state === 'expired' ? 'expired' : requeue.state,
    approval,
    items: items.rows.map((item) => camel(item) as RequeueItemRow),
  };
}
