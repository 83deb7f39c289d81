import type pg from 'pg';
import type { SealedMember } from '../core/link/ports.js';
import type { Decision, OperationRow, Snapshot } from '../core/operation/ports.js';
import { applyDecisions } from './apply-decisions.js';
import type { Change } from './change.js';
import {
  AGE_COLUMNS,
  MEMBER_COLUMNS,
  toOperation,
  toSealedMember,
  toSnapshot,
  type OperationRecord,
} from './operation-columns.js';

/** Judges evidence against an operation as it stands, under its row lock, and applies what was decided in the same transaction. */
export async function applyEvidence(
  client: pg.PoolClient,
  ref: { readonly tenantId: string; readonly operationId: string },
  judge: (operation: OperationRow, snapshot: Snapshot, member: SealedMember) => Decision | null,
): Promise<Decision | null> {
  const found = await client.query<OperationRecord>({
    name: 'lock-for-evidence',
    text: `
      SELECT o.*, ${AGE_COLUMNS}, ${MEMBER_COLUMNS}
      FROM operation o JOIN link l ON (l.tenant_id, l.id) = (o.tenant_id, o.link_id)
        LEFT JOIN data_key k ON (k.tenant_id, k.subject_id, k.version) = (l.tenant_id, l.subject_id, l.key_version)
      WHERE o.tenant_id = $1 AND o.id = $2 FOR UPDATE OF o`,
    values: [ref.tenantId, ref.operationId],
  });
  const record = found.rows[0];
  if (record === undefined) return null;
  const operation = toOperation(record);
  const decision = judge(operation, toSnapshot(record), toSealedMember(record));
  if (decision === null) return null;
  const change: Change = { operation, decision, token: record['lease_token'] as string | null };
  await applyDecisions(client, [change]);
  return decision;
}
