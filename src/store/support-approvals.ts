import type pg from 'pg';
import { type Answer, type Caller, Problem } from '../core/request/ports.js';
import type { ApprovalBook, ApprovalRow, NewApproval } from '../core/support/ports.js';
import { toTypeId } from '../spec/typeid.js';
import { ReferenceTaken } from './decision-consequences.js';
import { retried } from './group-commit.js';
import type { Pools } from './pools.js';
import { answerOnce, writeAudit } from './recon-once.js';
import { carryOutApproval } from './support-approved.js';
import { listApprovals, readApproval, tenantOf } from './support-approval-reads.js';
import { APPROVAL_COLUMNS, toApproval } from './support-columns.js';
import { asTenants } from './tenant-scope.js';

/** `afterCommit` is told whenever wake-ups were committed, so that the relay need not wait for its next round. */
export function createApprovalBook(pools: Pools, afterCommit: () => void): ApprovalBook {
  return {
    list: (caller, sees, filter, page) => listApprovals(pools, { caller, sees }, filter, page),
    get: (caller, sees, approvalId) => readApproval(pools, { caller, sees }, approvalId),
    connections: ({ tenantId, operationId, requeueId }) =>
      asTenants(pools.app, [tenantId], async (client) => {
        const found = await client.query<{ connection_id: string }>(
          `SELECT DISTINCT o.connection_id FROM operation o WHERE o.tenant_id = $1
             AND (o.id = $2 OR o.id IN (SELECT i.operation_id FROM requeue_item i WHERE i.tenant_id = $1 AND i.requeue_id = $3))`,
          [tenantId, operationId, requeueId],
        );
        return found.rows.map((row) => row.connection_id);
      }),
    decide: async (asked) => {
      try {
        return await retried(() => decide(pools, asked));
      } catch (error) {
        if (error instanceof ReferenceTaken) throw new Problem('SUPPLIER_REFERENCE_TAKEN');
        throw error;
      } finally {
        afterCommit();
      }
    },
  };
}

/** What an approval is asked for with. */
type Asked = NewApproval & {
  readonly operationId: string | null;
  readonly stood: string | null;
  readonly requeueId: string | null;
  readonly organisation: string | null;
  readonly reason: string;
};

/**
 * Asks for a second person, or joins who asked for the same before. Called with the locks of what it is about, as a
 * decision is: whoever comes second sees what the first did. One past its time, or about an operation that stood
 * otherwise, cannot be carried out any more and is not joined.
 */
export async function askFor(client: pg.PoolClient, caller: Caller, asked: Asked): Promise<ApprovalRow> {
  const { tenantId, keyId } = caller;
  await client.query(
    `UPDATE approval a SET state = 'expired'
     WHERE a.tenant_id = $1 AND a.act_key = $2 AND a.state = 'pending'
       AND (a.expires_at <= clock_timestamp() OR a.stood IS DISTINCT FROM $3)`,
    [tenantId, asked.actKey, asked.stood],
  );
  const { id, organisation, act, actKey, operationId, stood, requeueId, evidence, reason, validForMs } = asked;
  await client.query(
    `INSERT INTO approval (tenant_id, id, organisation, act, act_key, operation_id, stood, requeue_id, evidence, reason,
       requested_by, created_at, expires_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now, now + $12 * interval '1 ms'
     FROM (SELECT clock_timestamp() AS now) clock
     ON CONFLICT (tenant_id, act_key) WHERE state = 'pending' DO NOTHING`,
    [tenantId, id, organisation, act, actKey, operationId, stood, requeueId, evidence, reason, keyId, validForMs],
  );
  const standing = await client.query<Record<string, unknown>>(
    `SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.tenant_id = $1 AND a.act_key = $2 AND a.state = 'pending'`,
    [tenantId, actKey],
  );
  if (standing.rows[0] === undefined) throw new Error('the approval was not written');
  return toApproval(standing.rows[0]);
}

/**
 * Decides once. The operations are locked first, in id order, and then the approval, as whoever asks does: what is read
 * under the locks is what is decided about.
 */
async function decide(pools: Pools, asked: Parameters<ApprovalBook['decide']>[0]): Promise<Answer> {
  const { caller, sees, approvalId, decision, reason, request } = asked;
  const tenantId = await tenantOf(pools, { caller, sees }, approvalId);
  return answerOnce(
    pools,
    caller,
    request,
    tenantId === null ? [] : [tenantId],
    async (client) => {
      const seen = tenantId === null ? null : await readApproval(client, { caller, sees, tenantId }, approvalId);
      if (seen === null) asked.check(null);
      if (seen === null || tenantId === null) throw new Problem('NOT_FOUND');
      // The operator acts in the tenant's books, under the operator's own name.
      const actor = { ...caller, tenantId };
      const approved = await carryOutApproval(client, actor, seen, {
        lock: () => lockApproval(client, seen),
        check: asked.check,
        decision,
        reason,
        carryOut: asked.carryOut,
      });
      const ended = await client.query<Record<string, unknown>>(
        `UPDATE approval a SET state = $3, decided_by = $4, decision_reason = $5, decided_at = clock_timestamp()
       WHERE a.tenant_id = $1 AND a.id = $2 AND a.state = 'pending' RETURNING ${APPROVAL_COLUMNS}`,
        [tenantId, approvalId, approved, caller.keyId, reason],
      );
      if (ended.rows[0] === undefined) throw new Error('a locked approval changed');
      await writeAudit(client, actor, {
        act: `approval.${decision}`,
        subject: toTypeId('apr', approvalId),
        reason,
        before: { state: 'pending' },
        after: { state: approved },
      });
      return asked.answer(toApproval(ended.rows[0]));
    },
    'decide',
  );
}

async function lockApproval(client: pg.PoolClient, { tenantId, id }: ApprovalRow): Promise<ApprovalRow> {
  const found = await client.query<Record<string, unknown>>({
    name: 'lock-approval',
    text: `SELECT ${APPROVAL_COLUMNS} FROM approval a WHERE a.tenant_id = $1 AND a.id = $2 FOR UPDATE`,
    values: [tenantId, id],
  });
  if (found.rows[0] === undefined) throw new Error('an approval is gone');
  return toApproval(found.rows[0]);
}
