import { randomUUID } from 'node:crypto';
import { accepted, claimOf, postedAccrual } from './operations.js';
import { SCHEME, type StoreBench, type Tenant } from './store-bench.js';

/** Every table that belongs to tenants. A test holds this list against the catalogue, so that a new table joins it. */
export const TENANT_TABLES = [
  'account_snapshot',
  'activity_first',
  'activity_key',
  'api_key',
  'attempt',
  'audit',
  'connection',
  'data_key',
  'event',
  'idempotency_key',
  'ledger_entry',
  'ledger_transaction',
  'link',
  'operation',
  'outbox',
  'receipt',
  'subject',
] as const;
/** A row of the tenant in every table: an empty table would never show what it lets through. */
export async function fillEveryTable(bench: StoreBench, tenant: Tenant): Promise<void> {
  await postedAccrual(bench, tenant);
  await claimOf(bench.store, tenant, await accepted(bench, tenant));
  const { owner } = bench;
  await owner.query(
    `INSERT INTO api_key (tenant_id, id, key_hash, prefix, scopes) VALUES ($1::uuid, $2, sha256(gen_random_uuid()::text::bytea), 'p', '{}')`,
    [tenant.id, randomUUID()],
  );
  await owner.query(`INSERT INTO account_snapshot VALUES ($1, $2, '{}', 'live', now())`, [tenant.id, tenant.links[0]]);
  await owner.query(
    `INSERT INTO audit (tenant_id, id, actor, act, subject, reason) VALUES ($1, $2, 'a', 'b', 'c', 'd')`,
    [tenant.id, randomUUID()],
  );
  await owner.query(
    `INSERT INTO connection (id, scheme, tenant_id, settings, secrets) VALUES ($1, $2, $3, '{}', '\\x00')`,
    [randomUUID(), SCHEME, tenant.id],
  );
}
