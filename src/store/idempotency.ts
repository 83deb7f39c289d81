import type pg from 'pg';
import { type Answer, Problem, type StoredAnswer } from '../core/request/ports.js';

/** A key as a request brings it. */
export interface KeyUse {
  readonly tenantId: string;
  readonly key: string;
  readonly fingerprint: Buffer;
}

/** What is stored under a key that was used before. */
interface KeyRecord {
  readonly tenant_id: string;
  readonly key: string;
  readonly fingerprint: Buffer;
  readonly state: 'running' | 'done';
  readonly lapsed: boolean;
  readonly status: number;
  readonly content_type: StoredAnswer['contentType'];
  readonly body: string;
  readonly location: string | null;
  readonly operation_id: string | null;
  readonly link_id: string | null;
}

/** Answers that earlier requests stored under these keys, by `tenant|key`. */
export async function readKeys(client: pg.PoolClient, uses: readonly KeyUse[]): Promise<Map<string, KeyRecord>> {
  if (uses.length === 0) return new Map();
  const found = await client.query<KeyRecord>({
    name: 'read-idempotency-keys',
    text: `
      SELECT k.tenant_id, k.key, fingerprint, state, coalesce(locked_until <= clock_timestamp(), false) AS lapsed,
        status, content_type, body, location, operation_id, link_id
      FROM unnest($1::uuid[], $2::text[]) AS u (tenant_id, key) JOIN idempotency_key k USING (tenant_id, key)`,
    values: [uses.map((use) => use.tenantId), uses.map((use) => use.key)],
  });
  return new Map(found.rows.map((row) => [keyName(row.tenant_id, row.key), row]));
}

export function keyName(tenantId: string, key: string): string {
  return `${tenantId}|${key}`;
}

/** The stored answer again, byte for byte; throws 422 for another body and 409 while the first request runs. */
export function replay(record: KeyRecord, use: KeyUse): Answer {
  if (!record.fingerprint.equals(use.fingerprint)) throw new Problem('IDEMPOTENCY_KEY_REUSED');
  if (record.state === 'running') throw new Problem('IDEMPOTENCY_IN_PROGRESS', { retryAfterSeconds: 1 });
  return {
    status: record.status,
    contentType: record.content_type,
    body: record.body,
    replayed: true,
    ...(record.location === null ? {} : { location: record.location }),
    ...(record.operation_id === null ? {} : { operationId: record.operation_id }),
    ...(record.link_id === null ? {} : { linkId: record.link_id }),
  };
}

/** Whether a `running` record's request died and its key may be taken over by the same request. */
export function abandoned(record: KeyRecord, use: KeyUse): boolean {
  return record.state === 'running' && record.lapsed && record.fingerprint.equals(use.fingerprint);
}

/** A key with the answer that goes under it. */
export interface KeyAnswer extends KeyUse {
  readonly answer: StoredAnswer & { readonly operationId?: string | undefined; readonly linkId?: string | undefined };
}

/** Stores answers under keys that nobody holds; gives back the names of those that were stored. Waits for a rival in flight. */
export async function storeKeys(client: pg.PoolClient, keys: readonly KeyAnswer[], now: Date): Promise<Set<string>> {
  const stored = await client.query<{ tenant_id: string; key: string }>({
    name: 'store-idempotency-keys',
    text: `
      INSERT INTO idempotency_key (tenant_id, key, fingerprint, state, status, content_type, body, location, operation_id, created_at)
      SELECT tenant_id, key, fingerprint, 'done', status, content_type, body, location, operation_id, created_at
      FROM jsonb_populate_recordset(NULL::idempotency_key, $1::jsonb) ORDER BY tenant_id, key
      ON CONFLICT DO NOTHING RETURNING tenant_id, key`,
    values: [
      JSON.stringify(
        keys.map(({ tenantId, key, fingerprint, answer }) => ({
          tenant_id: tenantId,
          key,
          fingerprint: `\\x${fingerprint.toString('hex')}`,
          status: answer.status,
          content_type: answer.contentType,
          body: answer.body,
          location: answer.location ?? null,
          operation_id: answer.operationId ?? null,
          created_at: now,
        })),
      ),
    ],
  });
  return new Set(stored.rows.map((row) => keyName(row.tenant_id, row.key)));
}

/** Puts another answer under a key of this same transaction. */
export async function replaceAnswer(client: pg.PoolClient, { tenantId, key, answer }: KeyAnswer): Promise<void> {
  await client.query(
    `UPDATE idempotency_key SET status = $3, content_type = $4, body = $5, location = $6, operation_id = $7
     WHERE tenant_id = $1 AND key = $2`,
    [
      tenantId,
      key,
      answer.status,
      answer.contentType,
      answer.body,
      answer.location ?? null,
      answer.operationId ?? null,
    ],
  );
}
