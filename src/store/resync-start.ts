import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type Answer, Problem } from '../core/request/ports.js';
import type { ResyncRequest, ResyncRow } from '../core/resync/ports.js';
import { toTypeId } from '../spec/typeid.js';
import { databaseNow } from './accept-accruals.js';
import { keyName, type KeyUse, readKeys, replay, storeKeys } from './idempotency.js';
import { RESYNC_COLUMNS, toResync } from './resync-columns.js';
import { writeItems } from './resync-scope.js';

/** A resync spans connections, so its wake-up belongs to none. */
export const NO_CONNECTION = '00000000-0000-0000-0000-000000000000';

/**
 * Accepts a resync: key, resync, its items, wake-up and audit commit together. One over the same scope that is not at
 * rest yet is joined; the unique index makes rivals wait for each other, so that of many at once one is written.
 */
export async function startResync(client: pg.PoolClient, request: ResyncRequest): Promise<Answer> {
  const { caller, resync } = request;
  const use: KeyUse = { tenantId: caller.tenantId, key: request.request.key, fingerprint: request.request.fingerprint };
  const known = (await readKeys(client, [use])).get(keyName(use.tenantId, use.key));
  if (known !== undefined) return replay(known, use);
  const now = await databaseNow(client);
  const row = await createOrJoin(client, request, now);
  const answer = request.answer(row);
  const stored = await storeKeys(client, [{ ...use, answer }], now);
  if (!stored.has(keyName(use.tenantId, use.key))) {
    const rival = (await readKeys(client, [use])).get(keyName(use.tenantId, use.key));
    if (rival === undefined) throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
    return replay(rival, use);
  }
  await client.query(
    `INSERT INTO audit (tenant_id, id, actor, act, subject, reason, after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      caller.tenantId,
      randomUUID(),
      resync.requestedBy,
      row.id === resync.id ? 'resync.start' : 'resync.join',
      toTypeId('rsy', row.id),
      resync.reason,
      { dryRun: row.dryRun, total: row.total },
    ],
  );
  return { ...answer, replayed: false };
}

async function createOrJoin(client: pg.PoolClient, request: ResyncRequest, now: Date): Promise<ResyncRow> {
  const { resync } = request;
  const created = await client.query(
    `INSERT INTO resync (tenant_id, id, organisation, scope, scope_key, dry_run, reason, requested_by, total,
       next_action_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9)
     ON CONFLICT (tenant_id, scope_key) WHERE finished_at IS NULL DO NOTHING`,
    [
      resync.tenantId,
      resync.id,
      resync.organisation,
      resync.scope,
      resync.scopeKey,
      resync.dryRun,
      resync.reason,
      resync.requestedBy,
      now,
    ],
  );
  if (created.rowCount === 1) {
    const total = await writeItems(client, request);
    await client.query(
      `INSERT INTO outbox (tenant_id, lane, connection_id, operation_id, due_at) VALUES ($1, 'support', $2, $3, $4)`,
      [resync.tenantId, NO_CONNECTION, resync.id, now],
    );
    const written = await client.query<Record<string, unknown>>(
      `UPDATE resync SET total = $3 WHERE tenant_id = $1 AND id = $2 RETURNING ${RESYNC_COLUMNS}`,
      [resync.tenantId, resync.id, total],
    );
    return only(written.rows);
  }
  const joined = await client.query<Record<string, unknown>>(
    `SELECT ${RESYNC_COLUMNS} FROM resync WHERE tenant_id = $1 AND scope_key = $2 AND finished_at IS NULL`,
    [resync.tenantId, resync.scopeKey],
  );
  // It came to rest between the two statements: there is room for a new one.
  return joined.rows.length === 0 ? createOrJoin(client, request, now) : only(joined.rows);
}

function only(rows: readonly Record<string, unknown>[]): ResyncRow {
  const [row] = rows;
  if (row === undefined) throw new Error('the resync was not written');
  return toResync(row);
}
