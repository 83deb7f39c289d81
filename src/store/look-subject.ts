import type { LookSubject, Snapshot } from '../core/operation/ports.js';
import {
  AGE_COLUMNS,
  MEMBER_COLUMNS,
  type OperationRecord,
  ORIGINAL_COLUMNS,
  SUBJECT_TABLES,
  toOperation,
  toOriginal,
  toSealedMember,
  toSnapshot,
} from './operation-columns.js';
import type { Pools } from './pools.js';
import { asTenants } from './tenant-scope.js';

/** An operation with what asking its supplier takes, as it stands now; nothing is locked. */
export async function readLookSubject(
  pools: Pools,
  tenantId: string,
  operationId: string,
): Promise<(LookSubject & { readonly snapshot: Snapshot }) | null> {
  return asTenants(pools.app, [tenantId], async (client) => {
    const found = await client.query<OperationRecord>({
      name: 'read-look-subject',
      text: `SELECT o.*, ${AGE_COLUMNS}, ${MEMBER_COLUMNS}, ${ORIGINAL_COLUMNS} FROM ${SUBJECT_TABLES}
        WHERE o.tenant_id = $1 AND o.id = $2`,
      values: [tenantId, operationId],
    });
    const record = found.rows[0];
    if (record === undefined) return null;
    return {
      operation: toOperation(record),
      snapshot: toSnapshot(record),
      resume: record['resume'] as string | null,
      member: toSealedMember(record),
      original: toOriginal(record),
    };
  });
}
