import type pg from 'pg';
import type { ReversalRequest } from '../core/operation/ports.js';
import { type Answer, Problem } from '../core/request/ports.js';
import { claimActivities, existingAnswer } from './activities.js';
import { databaseNow } from './accept-accruals.js';
import { keyName, readKeys, replaceAnswer, replay, storeKeys, type KeyUse } from './idempotency.js';
import { readLinkFacts } from './link-facts.js';
import { toOperation, type OperationRecord } from './operation-columns.js';
import { insertOperations } from './write-operations.js';

/**
 * Accepts a reversal or a refund under the original's row lock, so that together they never exceed it, however many come at
 * once. The key is read after the lock: a rival with the same key has committed by then and is replayed.
 */
export async function acceptReversal(client: pg.PoolClient, request: ReversalRequest): Promise<Answer> {
  const { tenantId } = request.caller;
  const locked = await client.query<OperationRecord>(
    'SELECT * FROM operation WHERE tenant_id = $1 AND id = $2 FOR UPDATE',
    [tenantId, request.originalId],
  );
  const original = locked.rows[0] === undefined ? null : toOperation(locked.rows[0]);
  const use: KeyUse = { tenantId, key: request.request.key, fingerprint: request.request.fingerprint };
  const known = (await readKeys(client, [use])).get(keyName(tenantId, use.key));
  if (known !== undefined) return replay(known, use);
  const now = await databaseNow(client);
  const links = await readLinkFacts(client, original === null ? [] : [{ tenantId, id: original.linkId }]);
  const link = original === null ? null : (links.get(`${tenantId}|${original.linkId}`) ?? null);
  const operation = request.prepare(original, await taken(client, request), link, now);
  const answer = request.answers.accepted(operation);
  const stored = await storeKeys(client, [{ ...use, answer }], now);
  // The same key on another original at the same moment: that request holds it.
  if (!stored.has(keyName(tenantId, use.key))) throw new Problem('IDEMPOTENCY_KEY_REUSED');
  const { free } = await claimActivities(client, operation.activityKey === null ? [] : [operation]);
  if (operation.activityKey !== null && !free.has(operation.id)) {
    const existing = await existingAnswer(client, operation, request.answers, request.request);
    await replaceAnswer(client, { ...use, answer: existing });
    return { ...existing, replayed: false };
  }
  await insertOperations(client, [operation]);
  return { ...answer, replayed: false };
}

/** What others of the kind hold already of the original: rejected and cancelled ones hold nothing. */
async function taken(client: pg.PoolClient, request: ReversalRequest): Promise<{ points: number; open: number }> {
  const found = await client.query<{ points: number; open: number }>(
    `SELECT coalesce(sum(points) FILTER (WHERE state NOT IN ('rejected', 'cancelled')), 0)::bigint AS points,
       count(*) FILTER (WHERE next_action_at IS NOT NULL)::int AS open
     FROM operation
     WHERE tenant_id = $1 AND original_id = $2 AND kind = $4 AND ($3::text IS NULL OR activity_key IS DISTINCT FROM $3)`,
    [request.caller.tenantId, request.originalId, request.activityKey, request.kind],
  );
  return found.rows[0] ?? { points: 0, open: 0 };
}
