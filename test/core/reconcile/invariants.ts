import type pg from 'pg';

/**
 * Invariant 15, and what makes it mean something, as queries that list what breaks it; none may list anything. Over
 * runs in force of closed days; a break that closed by itself was healed, so both sides of it agree by now.
 */
const INVARIANTS: Readonly<Record<string, string>> = {
  'ours minus theirs is the sum of the breaks that are open or that a person closed, per tenant, scheme and day': `
    WITH day AS (
      SELECT i.tenant_id, r.scheme, i.business_date,
        coalesce(sum(i.ours), 0) - coalesce(sum(i.theirs) FILTER (WHERE i.verdict <> 'foreign'), 0) AS difference
      FROM recon_item i JOIN recon_run r ON r.id = i.run_id AND r.in_force AND r.conclusive
        LEFT JOIN break b ON (b.tenant_id, b.connection_id, b.business_date, b.fingerprint)
          = (i.tenant_id, i.connection_id, i.business_date, i.fingerprint)
      WHERE b.state IS DISTINCT FROM 'auto-resolved'
      GROUP BY 1, 2, 3
    ),
    open AS (
      SELECT b.tenant_id, b.scheme, b.business_date, sum(b.difference) AS difference
      FROM break b JOIN recon_run r ON r.id = b.run_id AND r.conclusive
      -- What a person has closed and the supplier has mended since is in neither book.
      WHERE b.state IN ('open', 'assigned') OR (b.state <> 'auto-resolved' AND EXISTS (
        SELECT FROM recon_item i JOIN recon_run f ON f.id = i.run_id AND f.in_force
        WHERE (i.tenant_id, i.connection_id, i.business_date, i.fingerprint)
          = (b.tenant_id, b.connection_id, b.business_date, b.fingerprint)))
      GROUP BY 1, 2, 3
    )
    SELECT tenant_id, business_date, day.difference AS books, open.difference AS breaks
    FROM day FULL JOIN open USING (tenant_id, scheme, business_date)
    WHERE coalesce(day.difference, 0) <> coalesce(open.difference, 0)`,
  'what a verdict says is ours is what the ledger has': `
    SELECT i.reference, i.ours, e.amount FROM recon_item i JOIN recon_run r ON r.id = i.run_id AND r.in_force
      LEFT JOIN ledger_transaction t
        ON (t.tenant_id, t.operation_id, t.kind) = (i.tenant_id, i.operation_id, 'posting')
      LEFT JOIN ledger_entry e ON (e.tenant_id, e.transaction_id) = (t.tenant_id, t.id) AND e.account = 'member-points'
    WHERE i.ours IS NOT NULL AND i.ours IS DISTINCT FROM e.amount`,
  'an operation is paired with one line, and never both paired and missed for good': `
    SELECT i.operation_id FROM recon_item i JOIN recon_run r ON r.id = i.run_id AND r.in_force
      LEFT JOIN break b ON (b.tenant_id, b.connection_id, b.business_date, b.fingerprint)
        = (i.tenant_id, i.connection_id, i.business_date, i.fingerprint)
    WHERE i.claims OR (i.verdict = 'ours-only' AND b.state IN ('open', 'assigned'))
    GROUP BY i.operation_id HAVING count(*) > 1`,
  'every break that is open has its verdict in a run in force': `
    SELECT b.id FROM break b WHERE b.run_id IS NOT NULL AND b.state IN ('open', 'assigned') AND NOT EXISTS (
      SELECT FROM recon_item i JOIN recon_run r ON r.id = i.run_id AND r.in_force
      WHERE (i.tenant_id, i.connection_id, i.business_date, i.fingerprint)
        = (b.tenant_id, b.connection_id, b.business_date, b.fingerprint))`,
  'a run at rest has no lease and no staged lines': `
    SELECT id FROM recon_run r WHERE next_action_at IS NULL
      AND (lease_token IS NOT NULL OR EXISTS (SELECT FROM recon_line l WHERE l.run_id = r.id))`,
};

/** Which of them are broken, with a few of the rows that break them. */
export async function brokenReconciliation(owner: pg.Pool): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, sql] of Object.entries(INVARIANTS)) {
    const found = await owner.query(`${sql} LIMIT 3`);
    if (found.rows.length > 0) broken.push(`${name}: ${JSON.stringify(found.rows)}`);
  }
  return broken;
}
