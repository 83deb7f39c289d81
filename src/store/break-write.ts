import type pg from 'pg';
import type { ClaimedRun } from '../core/reconcile/ports.js';
import { instant, SIGNED } from './recon-fragments.js';

/** How a break closes without a person; the reason is put into words where it is read. */
export const RESOLVED = (by: 'settlement' | 'look-up', reason: string): string =>
  `state = 'auto-resolved', updated_at = clock_timestamp(),
   resolution = jsonb_build_object('by', '${by}', 'reason', '${reason}', 'at', ${instant('clock_timestamp()')})`;

const OPEN = `state IN ('open', 'assigned')`;

/**
 * Writes a run's breaks. The same difference is the same row: found again it is not doubled, and one that a settlement
 * had closed opens anew; what a look-up or a person has closed stays closed, as long as it comes to the same points.
 */
export async function writeBreaks(client: pg.PoolClient, run: ClaimedRun): Promise<void> {
  await client.query({ name: 'name-breaks', text: FINGERPRINTS, values: [run.id] });
  await client.query({ name: 'write-breaks', text: BREAKS, values: [run.id, run.connectionId, run.scheme] });
  await client.query({ name: 'take-over-breaks', text: TAKEN_OVER, values: [run.id, run.connectionId] });
}

/** What tells one difference from another, whatever run finds it and whatever its reason or its points have become. */
const FINGERPRINTS = `
  UPDATE recon_item i SET fingerprint = f.fingerprint
  FROM (
    SELECT n, tenant_id, encode(sha256(convert_to(jsonb_build_array(subject,
      row_number() OVER (PARTITION BY tenant_id, business_date, subject ORDER BY line))::text, 'UTF8')), 'hex')
      AS fingerprint
    FROM (
      SELECT i.n, i.tenant_id, i.business_date, i.line,
        jsonb_build_array(i.verdict, i.claims, i.kind, coalesce(i.reference, i.supplier_reference),
          CASE WHEN coalesce(i.reference, i.supplier_reference) IS NULL
            THEN jsonb_build_array(i.theirs, ${instant('i.posted_at')}, i.link_id) END) AS subject
      FROM recon_item i
      WHERE i.run_id = $1 AND i.verdict IN ('ours-only', 'theirs-only', 'duplicated', 'different')
    ) named
  ) f
  WHERE i.run_id = $1 AND i.tenant_id = f.tenant_id AND i.n = f.n`;

/** What a settlement had closed, and what was closed for other points than these. */
const ANEW = `(b.resolution ->> 'by' = 'settlement' OR b.difference <> excluded.difference)`;

const BREAKS = `
  INSERT INTO break AS b (tenant_id, id, run_id, connection_id, scheme, business_date, fingerprint, kind, reason,
    difference, operation_id, link_id, organisation, reference, supplier_reference, ours, theirs)
  SELECT i.tenant_id, rising_uuid(), $1, $2, $3, i.business_date, i.fingerprint, i.verdict, i.reason,
    coalesce(i.ours, 0) - coalesce(i.theirs, 0), i.operation_id, i.link_id, i.organisation, i.reference,
    i.supplier_reference,
    CASE WHEN o.id IS NOT NULL
      THEN jsonb_build_object('points', ${SIGNED}, 'kind', o.kind, 'state', o.state, 'date', o.business_date) END,
    CASE WHEN i.line IS NOT NULL
      THEN jsonb_build_object('points', i.theirs, 'kind', i.kind, 'line', i.line,
        'postedAt', ${instant('i.posted_at')}) END
  FROM recon_item i LEFT JOIN operation o ON (o.tenant_id, o.id) = (i.tenant_id, i.operation_id)
  WHERE i.run_id = $1 AND i.fingerprint IS NOT NULL ORDER BY i.n
  ON CONFLICT (tenant_id, connection_id, business_date, fingerprint) DO UPDATE SET run_id = excluded.run_id,
    reason = excluded.reason, difference = excluded.difference, ours = excluded.ours, theirs = excluded.theirs,
    supplier_reference = excluded.supplier_reference,
    state = CASE WHEN b.resolution IS NULL OR NOT ${ANEW} THEN b.state WHEN b.owner IS NULL THEN 'open'
      ELSE 'assigned' END,
    resolution = CASE WHEN ${ANEW} THEN NULL ELSE b.resolution END,
    updated_at = clock_timestamp()`;

/** A look-up has found the same about the operation before: one break is enough. */
const TAKEN_OVER = `
  UPDATE break b SET ${RESOLVED('settlement', 'taken-over')}
  WHERE b.connection_id = $2 AND b.run_id IS NULL AND b.${OPEN}
    AND EXISTS (SELECT FROM break n
      WHERE n.run_id = $1 AND (n.tenant_id, n.operation_id) = (b.tenant_id, b.operation_id) AND n.${OPEN})`;

/** An operation that a settlement did not have, and now has. */
export async function closeHealed(client: pg.PoolClient, run: ClaimedRun): Promise<void> {
  await client.query({
    name: 'close-healed-breaks',
    text: `
      UPDATE break b SET ${RESOLVED('settlement', 'line-came')}
      FROM recon_item i
      WHERE i.run_id = $1 AND i.claims AND (b.tenant_id, b.operation_id) = (i.tenant_id, i.operation_id)
        AND b.kind = 'ours-only' AND b.${OPEN}`,
    values: [run.id],
  });
}

/** What the run before found of this day and this one does not. */
export async function closeNotFound(client: pg.PoolClient, run: ClaimedRun, replaced: string): Promise<void> {
  await client.query({
    name: 'close-breaks-not-found',
    text: `UPDATE break b SET ${RESOLVED('settlement', 'no-longer-found')}
      WHERE b.connection_id = $1 AND b.run_id = $2 AND b.${OPEN}`,
    values: [run.connectionId, replaced],
  });
}
