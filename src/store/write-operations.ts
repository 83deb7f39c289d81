import type pg from 'pg';
import type { NewOperation } from '../core/operation/ports.js';
import { newOperationJson } from './operation-columns.js';

/** Writes new operations with their first event and, unless a person has to look at them first, their wake-up. */
export async function insertOperations(client: pg.PoolClient, operations: readonly NewOperation[]): Promise<void> {
  if (operations.length === 0) return;
  await client.query({
    name: 'insert-operations',
    text: `
      WITH input AS (SELECT * FROM jsonb_populate_recordset(NULL::operation, $1::jsonb)),
      written AS (
        INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, organisation, reference,
          client_reference, metadata, activity, activity_key, reward, hold, quote_id, points, bonus_points, reason, review_reason, terms_version,
          original_id, not_before, deadline_at, next_action_at, created_at, updated_at)
        SELECT tenant_id, id, kind, state, scheme, connection_id, link_id, organisation, reference,
          client_reference, metadata, activity, activity_key, reward, hold, quote_id, points, bonus_points, reason, review_reason, terms_version,
          original_id, not_before, deadline_at, next_action_at, created_at, created_at
        FROM input ORDER BY id
      ),
      told AS (
        INSERT INTO event (tenant_id, subject_kind, subject_id, sequence, link_id, type, from_state, to_state, detail, at)
        SELECT tenant_id, 'operation', id, 1, link_id, 'operation.' || state, NULL, state,
          jsonb_strip_nulls(jsonb_build_object('kind', kind, 'points', points + bonus_points, 'reviewReason', review_reason)), created_at
        FROM input
      )
      INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at)
      SELECT tenant_id, 'live', connection_id, id, CASE state WHEN 'scheduled' THEN next_action_at ELSE created_at END
      FROM input WHERE state <> 'needs-review'`,
    values: [JSON.stringify(operations.map(newOperationJson))],
  });
}
