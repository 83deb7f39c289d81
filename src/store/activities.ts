import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { NewOperation, OperationAnswer, OperationAnswers } from '../core/operation/ports.js';
import { type IdempotentRequest, Problem } from '../core/request/ports.js';
import { canonicalJson } from '../spec/canonical.js';
import { type OperationRecord, toOperation } from './operation-columns.js';

/** What claiming gave: whose key was free, and which trips another link or tenant has named before. Ids of operations. */
export interface Claim {
  readonly free: ReadonlySet<string>;
  readonly elsewhere: ReadonlySet<string>;
}

/**
 * Claims the activity keys of operations that have one, within the link and then over all links of the scheme. Waits for rivals in
 * flight; what they committed is read afterwards.
 */
export async function claimActivities(client: pg.PoolClient, operations: readonly NewOperation[]): Promise<Claim> {
  if (operations.length === 0) return { free: new Set(), elsewhere: new Set() };
  const claimed = await client.query<{ operation_id: string }>({
    name: 'claim-activities',
    text: `
      INSERT INTO activity_key (tenant_id, scheme, link_id, key, content, operation_id)
      SELECT tenant_id, scheme, link_id, key, content, operation_id
      FROM jsonb_populate_recordset(NULL::activity_key, $1::jsonb) ORDER BY tenant_id, scheme, link_id, key
      ON CONFLICT DO NOTHING RETURNING operation_id`,
    values: [JSON.stringify(operations.map(activityJson))],
  });
  const free = new Set(claimed.rows.map((row) => row.operation_id));
  const trips = operations.filter(({ id, activity }) => free.has(id) && activity !== null);
  const first = await claimTrips(client, trips);
  return { free, elsewhere: new Set(trips.flatMap(({ id }) => (first.has(id) ? [] : [id]))) };
}

async function claimTrips(client: pg.PoolClient, trips: readonly NewOperation[]): Promise<Set<string>> {
  if (trips.length === 0) return new Set();
  const claimed = await client.query<{ operation_id: string }>({
    name: 'claim-trips',
    text: `
      INSERT INTO activity_first (scheme, key, tenant_id, operation_id)
      SELECT scheme, key, tenant_id, operation_id
      FROM jsonb_populate_recordset(NULL::activity_first, $1::jsonb) ORDER BY scheme, key
      ON CONFLICT DO NOTHING RETURNING operation_id`,
    values: [JSON.stringify(trips.map(activityJson))],
  });
  return new Set(claimed.rows.map((row) => row.operation_id));
}

/** Equal content: 200 with the first operation. Other content: 409 with its id. */
export async function existingAnswer(
  client: pg.PoolClient,
  operation: NewOperation,
  answers: OperationAnswers,
  request: IdempotentRequest,
): Promise<OperationAnswer> {
  const found = await client.query<OperationRecord & { content: Buffer }>(
    `SELECT o.*, a.content FROM activity_key a JOIN operation o ON (o.tenant_id, o.id) = (a.tenant_id, a.operation_id)
     WHERE a.tenant_id = $1 AND a.scheme = $2 AND a.link_id = $3 AND a.key = $4`,
    [operation.tenantId, operation.scheme, operation.linkId, operation.activityKey],
  );
  const record = found.rows[0];
  // Released between the two statements: the caller is told to ask again, nothing was written for it.
  if (record === undefined) throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
  const first = toOperation(record);
  if (record.content.equals(contentHash(operation))) return answers.existing(first);
  return { ...request.refuse(new Problem('ACTIVITY_EXISTS', { operationId: first.id })), operationId: first.id };
}

const REVIEW_AGAIN_MS = 86_400_000;

/** The same trip under another link is not sent: perhaps two people's, perhaps one credited twice; a person looks first. */
export function parkedAsDuplicate(operation: NewOperation): NewOperation {
  const nextActionAt = new Date(operation.createdAt.getTime() + REVIEW_AGAIN_MS);
  return { ...operation, state: 'needs-review', reviewReason: 'possible-duplicate', nextActionAt };
}

function activityJson(operation: NewOperation): Record<string, unknown> {
  return {
    tenant_id: operation.tenantId,
    scheme: operation.scheme,
    link_id: operation.linkId,
    key: operation.activityKey,
    content: `\\x${contentHash(operation).toString('hex')}`,
    operation_id: operation.id,
  };
}

function contentHash({ activity, points, bonusPoints, reason }: NewOperation): Buffer {
  return createHash('sha256').update(canonicalJson({ activity, points, bonusPoints, reason })).digest();
}
