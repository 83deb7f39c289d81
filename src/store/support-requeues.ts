import type pg from 'pg';
import { type Answer, type Caller, invalid, Problem } from '../core/request/ports.js';
import type { ApprovalRow, RequeueRow, RequeueStore, Standing, Subject } from '../core/support/ports.js';
import { toTypeId } from '../spec/typeid.js';
import { retried } from './group-commit.js';
import type { Pools } from './pools.js';
import { answerOnce, writeAudit } from './recon-once.js';
import { askFor } from './support-approvals.js';
import { writeAudits } from './support-audit.js';
import { standingOf } from './support-columns.js';
import { readStandings } from './support-operation-reads.js';
import { readRequeue, readSubjects } from './support-requeue-reads.js';
import { asTenants } from './tenant-scope.js';

export function createRequeueStore(pools: Pools): RequeueStore {
  return {
    holds: (caller, scope, atMost) => holds(pools, caller, scope, atMost),
    preview: (asked) => preview(pools, asked),
    get: (caller, requeueId) =>
      asTenants(pools.app, [caller.tenantId], (client) => readRequeue(client, caller, requeueId)),
    runOf: (caller, previewId) =>
      asTenants(pools.app, [caller.tenantId], (client) => readRequeue(client, caller, previewId, 'preview_id')),
    subjects: (caller, previewId) =>
      asTenants(pools.app, [caller.tenantId], (client) => readSubjects(client, caller, previewId, '')),
    run: (asked) => retried(() => run(pools, asked)),
  };
}

/** A scope without a list means what waits for a person. */
async function holds(
  pools: Pools,
  caller: Caller,
  { operationIds: ids, ...filter }: RequeueRow['scope'],
  atMost: number,
): Promise<readonly Standing[]> {
  const state = ids === undefined ? ('needs-review' as const) : undefined;
  const found = await asTenants(pools.app, [caller.tenantId], async (client) => {
    if (ids !== undefined && (await readStandings(client, caller, { ids }, atMost)).length !== ids.length) {
      throw new Problem('NOT_FOUND');
    }
    return readStandings(client, caller, { ...filter, state, ids }, atMost + 1);
  });
  if (found.length === 0) throw invalid('/scope', { zh: '范围内没有任何操作', en: 'holds no operation' });
  if (found.length > atMost) {
    const en = `holds more than ${atMost} operations; narrow it`;
    throw invalid('/scope', { zh: `范围内超过 ${atMost} 笔操作，请缩小`, en });
  }
  return found;
}

async function preview(pools: Pools, asked: Parameters<RequeueStore['preview']>[0]): Promise<Answer> {
  const { caller, requeue, items, request } = asked;
  const { tenantId, organisation, keyId } = caller;
  return answerOnce(
    pools,
    caller,
    request,
    [],
    async (client) => {
      await client.query(
        `INSERT INTO requeue (tenant_id, id, organisation, scope, action, dry_run, reason, requested_by, digest, state, finished_at)
       VALUES ($1, $2, $3, $4, $5, true, $6, $7, $8, 'previewed', clock_timestamp())`,
        [tenantId, requeue.id, organisation, requeue.scope, requeue.action, requeue.reason, keyId, requeue.digest],
      );
      await client.query(
        `INSERT INTO requeue_item (tenant_id, requeue_id, operation_id, state, stood, left_out)
       SELECT $1, $2, "operationId", state, stood, "leftOut"
       FROM jsonb_to_recordset($3::jsonb) AS i ("operationId" uuid, state text, stood text, "leftOut" text)`,
        [tenantId, requeue.id, JSON.stringify(items)],
      );
      const { id, reason } = requeue;
      const after = { shown: items.length, digest: requeue.digest };
      await writeAudit(client, caller, { act: 'requeue.preview', subject: toTypeId('rqu', id), reason, after });
      return asked.answer(present(await readRequeue(client, caller, id)));
    },
    'requeue-preview',
  );
}

/** One run of a preview: whoever comes second, with another key or at the same instant, is given the first one's. */
async function run(pools: Pools, asked: Parameters<RequeueStore['run']>[0]): Promise<Answer> {
  const { caller, id, preview: shown, reason, request, by } = asked;
  const { tenantId, keyId } = caller;
  return answerOnce(
    pools,
    caller,
    request,
    [],
    async (client) => {
      const subjects = await readSubjects(client, caller, shown.id, 'approval' in by ? 'FOR UPDATE OF o' : '');
      const earlier = await readRequeue(client, caller, shown.id, 'preview_id');
      if (earlier !== null) return asked.answer(earlier);
      if ('approval' in by) subjects.forEach(by.verify);
      const [state, resyncId] = 'approval' in by ? ['awaiting-approval', null] : ['done', by.resyncId];
      const written = await client.query(
        `INSERT INTO requeue (tenant_id, id, organisation, scope, action, dry_run, reason, requested_by, digest, preview_id,
         resync_id, state, finished_at)
       SELECT tenant_id, $3, organisation, scope, action, false, $4, $5, digest, id, $6, $7,
         CASE $7 WHEN 'done' THEN clock_timestamp() END
       FROM requeue WHERE tenant_id = $1 AND id = $2 ON CONFLICT (tenant_id, preview_id) DO NOTHING`,
        [tenantId, shown.id, id, reason, keyId, resyncId, state],
      );
      if (written.rowCount === 0)
        return asked.answer(present(await readRequeue(client, caller, shown.id, 'preview_id')));
      await client.query(
        `INSERT INTO requeue_item (tenant_id, requeue_id, operation_id, state, stood, left_out, result)
       SELECT tenant_id, $3, operation_id, state, stood, left_out, CASE WHEN left_out IS NULL THEN $4 END
       FROM requeue_item WHERE tenant_id = $1 AND requeue_id = $2`,
        [tenantId, shown.id, id, resyncId === null ? null : 'looked-up'],
      );
      await askOrNote(client, asked, subjects);
      return asked.answer(present(await readRequeue(client, caller, id)));
    },
    'requeue',
  );
}

/** Kept per operation: a look has begun, or a send was asked for. */
async function askOrNote(
  client: pg.PoolClient,
  { caller, id, preview: shown, reason, by }: Parameters<RequeueStore['run']>[0],
  subjects: readonly Subject[],
): Promise<void> {
  const more = { requeue: toTypeId('rqu', id) };
  let approval: ApprovalRow | null = null;
  if ('approval' in by) {
    const { organisation } = caller;
    const subject = { operationId: null, stood: null, requeueId: id, organisation };
    approval = await askFor(client, caller, { ...by.approval, ...subject, reason });
  }
  const after = approval === null ? more : { ...more, approval: toTypeId('apr', approval.id) };
  await writeAudits(
    client,
    caller,
    subjects.map(({ standing }) => ({
      act: `operation.${shown.action}`,
      subject: toTypeId('op', standing.operation.id),
      reason,
      before: standingOf(standing),
      after: { ...standingOf(standing), ...after },
    })),
  );
}

function present<T>(found: T | null): T {
  if (found === null) throw new Error('the requeue was not written');
  return found;
}
