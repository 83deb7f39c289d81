import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { accepted, claimOf, postedAccrual } from './operations.js';
import { SCHEME, type StoreBench, type Tenant } from './store-bench.js';

/** Every table that belongs to tenants. A test holds this list against the catalogue, so that a new table joins it. */
export const TENANT_TABLES = [
  'account_snapshot',
  'activity_first',
  'activity_key',
  'api_key',
  'approval',
  'attempt',
  'audit',
  'break',
  'connection',
  'data_key',
  'event',
  'idempotency_key',
  'incident',
  'ledger_entry',
  'ledger_transaction',
  'link',
  'operation',
  'outbox',
  'quote',
  'receipt',
  'recon_input',
  'recon_item',
  'recon_line',
  'recon_run',
  'recon_sign_off',
  'requeue',
  'requeue_item',
  'reservation',
  'resync',
  'resync_item',
  'subject',
] as const;
/** A row of the tenant in every table: an empty table would never show what it lets through. */
export async function fillEveryTable(bench: StoreBench, tenant: Tenant): Promise<void> {
  await postedAccrual(bench, tenant);
  const operation = await accepted(bench, tenant);
  await claimOf(bench.store, tenant, operation);
  const { owner } = bench;
  const connection = randomUUID();
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
    [connection, SCHEME, tenant.id],
  );
  await owner.query(
    `INSERT INTO incident (id, connection_id, scheme, tenant_id, kind, reason) VALUES ($1, $2, $3, $4, 'stuck', 'r')`,
    [randomUUID(), connection, SCHEME, tenant.id],
  );
  await fillReconciliation(owner, tenant.id, connection);
  await fillResync(owner, tenant);
  await fillRedemption(owner, tenant, operation);
  await fillSupportDesk(owner, tenant, operation);
}

async function fillSupportDesk(owner: pg.Pool, { id }: Tenant, operation: string): Promise<void> {
  const requeue = randomUUID();
  await owner.query(
    `INSERT INTO requeue (tenant_id, id, scope, action, dry_run, reason, requested_by, digest, state, finished_at)
     VALUES ($1, $2, '{}', 'look-up', true, 'r', gen_random_uuid(), repeat('0', 64), 'previewed', now())`,
    [id, requeue],
  );
  await owner.query(
    `INSERT INTO requeue_item (tenant_id, requeue_id, operation_id, state, stood) VALUES ($1, $2, $3, 'queued', 's')`,
    [id, requeue, operation],
  );
  await owner.query(
    `INSERT INTO approval (tenant_id, id, act, act_key, operation_id, stood, reason, requested_by, expires_at)
     VALUES ($1, gen_random_uuid(), 'resend', sha256('a'), $2, 's', 'r', gen_random_uuid(), now())`,
    [id, operation],
  );
}

async function fillRedemption(owner: pg.Pool, { id, links }: Tenant, operation: string): Promise<void> {
  await owner.query(
    `INSERT INTO quote (tenant_id, id, link_id, scheme, reward, points, hold_kind, created_at, expires_at)
     VALUES ($1, $2, $3, $4, '{}', 1, 'soft', now(), now())`,
    [id, randomUUID(), links[0], SCHEME],
  );
  await owner.query(
    'INSERT INTO reservation (tenant_id, operation_id, link_id, points, expires_at) VALUES ($1, $2, $3, 1, now())',
    [id, operation, links[0]],
  );
}

async function fillResync(owner: pg.Pool, tenant: Tenant): Promise<void> {
  const resync = randomUUID();
  await owner.query(
    `INSERT INTO resync (tenant_id, id, scope, scope_key, dry_run, reason, requested_by, total, next_action_at, created_at)
     VALUES ($1, $2, '{}', sha256('s'), false, 'r', 'key_test', 1, now(), now())`,
    [tenant.id, resync],
  );
  await owner.query(
    'INSERT INTO resync_item (tenant_id, resync_id, seq, link_id, subject_id) VALUES ($1, $2, 1, $3, $3)',
    [tenant.id, resync, tenant.links[0]],
  );
}

async function fillReconciliation(owner: pg.Pool, tenantId: string, connection: string): Promise<void> {
  const run = randomUUID();
  await owner.query(
    `INSERT INTO recon_run (tenant_id, id, connection_id, scheme, business_date, state, stage, rules_version, requested_by)
     VALUES ($1, $2, $3, $4, '2026-03-01', 'failed', 'fetch', 1, 'test')`,
    [tenantId, run, connection, SCHEME],
  );
  await owner.query(`INSERT INTO recon_input (tenant_id, run_id, sealed) VALUES ($1, $2, '\\x00')`, [tenantId, run]);
  await owner.query(
    `INSERT INTO recon_line (tenant_id, run_id, line, kind, points, posted_at) VALUES ($1, $2, 1, 'accrual', 1, now())`,
    [tenantId, run],
  );
  await owner.query(
    `INSERT INTO recon_item (tenant_id, run_id, n, connection_id, business_date, verdict, reason, claims, kind)
     VALUES ($1, $2, 1, $3, '2026-03-01', 'theirs-only', 'reference-never-sent', false, 'accrual')`,
    [tenantId, run, connection],
  );
  await owner.query(
    `INSERT INTO break (tenant_id, id, run_id, connection_id, scheme, business_date, fingerprint, kind, reason, difference)
     VALUES ($1, rising_uuid(), $2, $3, $4, '2026-03-01', 'f', 'theirs-only', 'reference-never-sent', -1)`,
    [tenantId, run, connection, SCHEME],
  );
  await owner.query(`INSERT INTO recon_sign_off (tenant_id, run_id, signed_by, reason) VALUES ($1, $2, 'a', 'b')`, [
    tenantId,
    run,
  ]);
}
