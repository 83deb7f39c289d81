import type pg from 'pg';
import type { Act, ActRequest, OperationRow } from '../core/redemption/ports.js';
import { type Answer, Problem } from '../core/request/ports.js';
import { databaseNow } from './accept-accruals.js';
import { applyDecisions } from './apply-decisions.js';
import { keyName, readKeys, replay, storeKeys, type KeyUse } from './idempotency.js';
import { AGE_COLUMNS, type OperationRecord, toOperation, toSnapshot } from './operation-columns.js';
import { withinOrganisation } from './organisation.js';

/**
 * Confirms or releases under the redemption's row lock: of two rivals the second sees what the first did and is refused. Key, decision,
 * event and wake-up commit together. The key is read after the lock, as everywhere.
 */
export async function actOnRedemption(client: pg.PoolClient, request: ActRequest): Promise<Answer> {
  const { caller, redemptionId } = request;
  const { tenantId } = caller;
  const record = await lock(client, request);
  const use: KeyUse = { tenantId, key: request.request.key, fingerprint: request.request.fingerprint };
  const known = (await readKeys(client, [use])).get(keyName(tenantId, use.key));
  if (known !== undefined) return replay(known, use);
  if (record === null) throw new Problem('NOT_FOUND');
  const operation = toOperation(record);
  await carryOut(client, operation, record, request.judge(operation, toSnapshot(record)));
  const after = await client.query<OperationRecord>('SELECT o.* FROM operation o WHERE tenant_id = $1 AND id = $2', [
    tenantId,
    redemptionId,
  ]);
  const answer = request.acted(toOperation(after.rows[0] ?? record));
  const stored = await storeKeys(client, [{ ...use, answer }], await databaseNow(client));
  if (!stored.has(keyName(tenantId, use.key))) throw new Problem('IDEMPOTENCY_KEY_REUSED');
  return { ...answer, replayed: false };
}

async function lock(client: pg.PoolClient, { caller, redemptionId }: ActRequest): Promise<OperationRecord | null> {
  const found = await client.query<OperationRecord>({
    name: 'lock-redemption',
    text: `SELECT o.*, ${AGE_COLUMNS} FROM operation o
      WHERE o.tenant_id = $1 AND o.id = $2 AND o.kind = 'redemption' AND ${withinOrganisation('o.organisation', '$3')}
      FOR UPDATE`,
    values: [caller.tenantId, redemptionId, caller.organisation],
  });
  return found.rows[0] ?? null;
}

export async function carryOut(
  client: pg.PoolClient,
  operation: OperationRow,
  record: OperationRecord,
  act: Act,
): Promise<void> {
  switch (act.act) {
    case 'become': {
      const token = record['lease_token'] as string | null;
      const applied = await applyDecisions(client, [{ operation, decision: act.decision, token }]);
      if (!applied.has(operation.id)) throw new Error('a locked redemption changed');
      return;
    }
    case 'note':
      // Beside whatever is under way: its lease and version stay, so that what it learns is still taken. A second look that has
      // to come after a gap is not hastened: too soon it would prove nothing.
      await client.query({
        name: 'note-intent',
        text: `WITH noted AS (
            UPDATE operation SET intent = $3, updated_at = clock_timestamp(),
              next_action_at = CASE WHEN lease_until IS NULL AND absences = 0 THEN clock_timestamp() ELSE next_action_at END
            WHERE tenant_id = $1 AND id = $2 RETURNING *
          )
          INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
          SELECT tenant_id, 'lookup', connection_id, id, next_action_at FROM noted WHERE lease_until IS NULL AND absences = 0`,
        values: [operation.tenantId, operation.id, act.intent],
      });
      return;
    case 'nothing':
      return;
    default:
      act satisfies never;
  }
}
