import type pg from 'pg';
import { type Answer, type Caller, Problem } from '../core/request/ports.js';
import type { Acting, ApprovalRow, OperationDesk, Standing } from '../core/support/ports.js';
import { toTypeId } from '../spec/typeid.js';
import { acceptReversal } from './accept-reversal.js';
import { carryOut } from './act-on-redemption.js';
import { retried } from './group-commit.js';
import type { OperationRecord } from './operation-columns.js';
import { withinOrganisation } from './organisation.js';
import type { Pools } from './pools.js';
import { answered, answerOnce, writeAudit } from './recon-once.js';
import { askFor } from './support-approvals.js';
import { STANDING_COLUMNS, STANDING_TABLES, standingOf, toStanding } from './support-columns.js';
import { listStandings, readCase } from './support-operation-reads.js';
import { asTenants } from './tenant-scope.js';

/** `afterCommit` is told whenever wake-ups were committed, so that the relay need not wait for its next round. */
export function createOperationDesk(pools: Pools, afterCommit: () => void): OperationDesk {
  return {
    list: (caller, filter, page) => listStandings(pools, caller, filter, page),
    file: (caller, operationId) => readCase(pools, caller, operationId),
    answered: (caller, request) => answered(pools, caller, request),
    act: async (asked) => {
      const answer = await retried(() => act(pools, asked));
      afterCommit();
      return answer;
    },
    reverse: async ({ reason, ...request }) => {
      const answer = await retried(() =>
        asTenants(
          pools.app,
          [request.caller.tenantId],
          async (client) => {
            const made = await acceptReversal(client, request);
            if (!made.replayed) await auditReversal(client, request, reason);
            return made;
          },
          'desk-reverse',
        ),
      );
      afterCommit();
      return answer;
    },
  };
}

/** Judged and done under the operation's lock: of two rivals the second sees what the first did. */
async function act(pools: Pools, asked: Parameters<OperationDesk['act']>[0]): Promise<Answer> {
  const { caller, operationId, action, reason, request } = asked;
  return answerOnce(
    pools,
    caller,
    request,
    [],
    async (client) => {
      const before = await lockStanding(client, caller, operationId);
      const acting = asked.judge(before?.standing ?? null);
      if (before === null) throw new Problem('NOT_FOUND');
      const approval = await carryOutActing(client, asked, before, acting);
      const after = acting.act === 'become' ? await lockStanding(client, caller, operationId) : before;
      if (after === null) throw new Error('an operation is gone');
      await writeAudit(client, caller, {
        act: `operation.${action}`,
        subject: toTypeId('op', operationId),
        reason,
        before: standingOf(before.standing),
        after: {
          ...standingOf(after.standing),
          ...(approval === null ? {} : { approval: toTypeId('apr', approval.id) }),
          ...(acting.act === 'note' ? { intent: acting.intent } : {}),
        },
      });
      return asked.answer(after.standing, approval);
    },
    'desk-act',
  );
}

/** An operation under its lock, with the row as the database gave it. */
interface Locked {
  readonly standing: Standing;
  readonly record: OperationRecord;
}

async function carryOutActing(
  client: pg.PoolClient,
  { caller, reason, fingerprint }: Parameters<OperationDesk['act']>[0],
  { standing, record }: Locked,
  acting: Acting,
): Promise<ApprovalRow | null> {
  switch (acting.act) {
    case 'ask': {
      const { id, organisation } = standing.operation;
      const subject = { operationId: id, stood: fingerprint(standing), requeueId: null, organisation };
      return askFor(client, caller, { ...acting.approval, ...subject, reason });
    }
    case 'begun':
      return null;
    case 'become':
    case 'note':
    case 'nothing':
      await carryOut(client, standing.operation, record, acting);
      return null;
    default:
      return acting satisfies never;
  }
}

async function lockStanding(client: pg.PoolClient, caller: Caller, operationId: string): Promise<Locked | null> {
  const found = await client.query<OperationRecord>({
    name: 'lock-standing',
    text: `SELECT ${STANDING_COLUMNS} FROM ${STANDING_TABLES}
      WHERE o.tenant_id = $1 AND o.id = $2 AND ${withinOrganisation('o.organisation', '$3')} FOR UPDATE OF o`,
    values: [caller.tenantId, operationId, caller.organisation],
  });
  const record = found.rows[0];
  return record === undefined ? null : { standing: toStanding(record), record };
}

async function auditReversal(
  client: pg.PoolClient,
  { caller, originalId, id }: Parameters<typeof acceptReversal>[1],
  reason: string,
): Promise<void> {
  await writeAudit(client, caller, {
    act: 'operation.reverse',
    subject: toTypeId('op', originalId),
    reason,
    before: { state: 'posted' },
    after: { state: 'posted', reversal: toTypeId('op', id) },
  });
}
