import { randomUUID } from 'node:crypto';
import type { OperationKind, OperationState } from '../../../src/spec/operation.js';
import { fromTypeId } from '../../../src/spec/typeid.js';
import { CONNECTION, SCHEME, type Tenant } from '../../store/store-bench.js';
import type { StoreBench } from '../../store/store-bench.js';

/**
 * An operation as a test has it stand in our books: an accrual of 500, sent and booked at noon of the 10th, unless it
 * says otherwise.
 */
export interface Stands {
  readonly n: number;
  readonly tenant?: Tenant;
  readonly link?: number;
  readonly kind?: OperationKind;
  readonly state?: OperationState;
  readonly points?: number;
  readonly sentAt?: string | null;
  readonly lastSentAt?: string;
  /** `null`: not booked. */
  readonly bookedAt?: string | null;
  readonly businessDate?: string;
  readonly supplierReference?: string;
  readonly step?: 'hold' | 'confirm' | 'release';
  readonly reviewReason?: string;
  readonly originalId?: string;
  readonly trip?: string;
  readonly attempts?: number;
}

const MOVED: readonly OperationState[] = ['posted', 'confirmed'];
const FINAL: readonly OperationState[] = [...MOVED, 'rejected', 'cancelled', 'released', 'expired'];

/** Our reference number n, the same in every test. */
export function reference(n: number): string {
  return `1773115200000${String(n).padStart(7, '0')}`;
}

/** Writes an operation as the owner, with its booking and its receipt; gives its id. */
export async function stands(bench: StoreBench, what: Stands): Promise<string> {
  const { tenant = bench.demo, kind = 'accrual', points = 500 } = what;
  const id = randomUUID();
  const state = what.state ?? (kind === 'redemption' ? 'confirmed' : 'posted');
  const sentAt = what.sentAt === undefined ? '2026-03-10T12:00:00+08:00' : what.sentAt;
  const bookedAt = what.bookedAt === undefined ? '2026-03-10T12:00:01+08:00' : what.bookedAt;
  const open = !FINAL.includes(state);
  const step = what.step ?? (kind === 'redemption' ? 'confirm' : null);
  await bench.owner.query(
    `INSERT INTO operation (tenant_id, id, kind, state, step, scheme, connection_id, link_id, reference, points,
       supplier_reference, review_reason, original_id, business_date, deadline_at, next_action_at, attempts, ever_sent,
       first_sent_at, last_sent_at, unknown_since, activity, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, now() + interval '30 days', $15, $16, $17,
       $18, $19, $20, $21, coalesce($18, now()), coalesce($22, now()))`,
    [
      tenant.id,
      id,
      kind,
      state,
      step,
      SCHEME,
      CONNECTION,
      tenant.links[what.link ?? 0],
      reference(what.n),
      points,
      what.supplierReference ?? null,
      what.reviewReason ?? null,
      what.originalId ?? null,
      what.businessDate ?? null,
      open ? new Date(Date.now() + 3_600_000) : null,
      what.attempts ?? 1,
      sentAt !== null && state !== 'sending',
      sentAt,
      what.lastSentAt ?? sentAt,
      state === 'unknown' ? sentAt : null,
      what.trip === undefined ? null : { type: 'other', date: what.trip },
      bookedAt,
    ],
  );
  if (what.supplierReference !== undefined) {
    await bench.owner.query(
      'INSERT INTO receipt (scheme, supplier_reference, tenant_id, operation_id) VALUES ($1, $2, $3, $4)',
      [SCHEME, what.supplierReference, tenant.id, id],
    );
  }
  if (MOVED.includes(state) && bookedAt !== null) await book(bench, tenant, { id, kind, points, bookedAt });
  return id;
}

async function book(
  bench: StoreBench,
  tenant: Tenant,
  what: { readonly id: string; readonly kind: OperationKind; readonly points: number; readonly bookedAt: string },
): Promise<void> {
  const signed = what.kind === 'redemption' || what.kind === 'reversal' ? -what.points : what.points;
  await bench.owner.query(
    `INSERT INTO ledger_transaction (tenant_id, id, operation_id, kind, scheme, at)
     VALUES ($1, $2, $2, 'posting', $3, $4)`,
    [tenant.id, what.id, SCHEME, what.bookedAt],
  );
  await bench.owner.query(
    `INSERT INTO ledger_entry (tenant_id, transaction_id, line, account, scheme, asset, amount)
     VALUES ($1, $2, 1, 'member-points', $3, $3, $4), ($1, $2, 2, 'supplier-clearing', $3, $3, -$4::bigint)`,
    [tenant.id, what.id, SCHEME, signed],
  );
}

/** What a run found, one text a verdict in the order of lines: `reason reference`. */
export async function verdicts(bench: StoreBench, run: { readonly id: string }): Promise<string[]> {
  const found = await bench.owner.query<{ told: string }>(
    `SELECT concat_ws(' ', reason,
       CASE WHEN reference ~ '^1773115200000' THEN substr(reference, 14)::int::text ELSE reference END) AS told
     FROM recon_item WHERE run_id = $1 ORDER BY n`,
    [fromTypeId('rcn', run.id)],
  );
  return found.rows.map((row) => row.told);
}

/** How an operation stands. */
export async function standing(bench: StoreBench, id: string): Promise<Record<string, unknown>> {
  const found = await bench.owner.query<Record<string, unknown>>(
    `SELECT state, review_reason, supplier_reference, business_date::text AS business_date, evidence, version
     FROM operation WHERE id = $1`,
    [id],
  );
  return found.rows[0] ?? {};
}
