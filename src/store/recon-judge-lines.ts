import type pg from 'pg';
import type { ClaimedRun, Judging } from '../core/reconcile/ports.js';
import { BOOKED, CLOSING_SECOND, SENT, SIGNED } from './recon-fragments.js';

/** Gives every line its verdict: those of a pair, those that repeat one, and those that belong to nobody. */
export async function judgeLines(client: pg.PoolClient, run: ClaimedRun, judging: Judging): Promise<void> {
  const { window } = judging;
  await client.query({
    name: 'judge-lines',
    text: LINES,
    values: [
      run.id,
      run.connectionId,
      run.businessDate,
      run.tenantId,
      judging.coverage,
      window.opensAt,
      window.closesAt,
      window.dayBeforeOpensAt,
      JSON.stringify(judging.verdictOf),
    ],
  });
}

/**
 * Days between the line's and the operation's own; a window that touches the day is no distance. 2 and -2 stand for
 * more.
 */
const DISTANCE = `
  CASE WHEN o.business_date IS NOT NULL THEN $3::date - o.business_date
    WHEN t.at <= $8 THEN 2
    WHEN t.at <= $6 THEN 1
    WHEN o.first_sent_at > $7::timestamptz + interval '1 day' + ${CLOSING_SECOND} THEN -2
    ELSE 0 END`;

/** Of a line and its operation the first thing that differs is the reason. */
const REASON = `
  CASE
    WHEN o.id IS NULL AND ($5 = 'ours' OR s.reference ~ '^[0-9]{20}$' OR s.original_reference ~ '^[0-9]{20}$')
      THEN 'reference-never-sent'
    WHEN o.id IS NULL THEN 'not-ours'
    WHEN NOT s.claims THEN CASE WHEN s.kind = o.kind THEN 'line-repeated' ELSE 'kind-differs' END
    WHEN t.id IS NULL AND o.next_action_at IS NULL THEN 'we-ended-it-otherwise'
    WHEN t.id IS NULL AND NOT ${SENT} THEN 'we-never-sent-it'
    WHEN s.kind <> o.kind THEN 'kind-differs'
    WHEN s.member_index <> k.member_index THEN 'member-differs'
    WHEN s.points <> ${SIGNED} THEN 'points-differ'
    WHEN t.id IS NULL THEN 'we-ended-it-otherwise'
    WHEN (${DISTANCE}) = 1 THEN 'a-day-late'
    WHEN (${DISTANCE}) NOT BETWEEN -1 AND 1 THEN 'day-differs'
    WHEN o.evidence ->> 'by' = 'settlement' AND o.business_date = $3 THEN 'settled-by-this-line'
    ELSE 'as-sent' END`;

/**
 * A line without an operation belongs to the tenant of the operation that it takes back, or of the one link with its
 * member number; where several have one, or none, to whom the run belongs.
 */
const LINES = `
  WITH judged AS (
    SELECT s.*, ${REASON} AS why,
      o.link_id AS own_link, o.organisation AS own_organisation, o.reference AS own_reference,
      o.supplier_reference AS own_supplier_reference,
      CASE WHEN s.claims AND t.id IS NOT NULL THEN ${SIGNED} END AS booked,
      g.tenant_id AS original_tenant, g.link_id AS original_link, g.organisation AS original_organisation
    FROM recon_line s
      LEFT JOIN operation o ON (o.tenant_id, o.id) = (s.operation_tenant, s.operation_id)
      LEFT JOIN link k ON (k.tenant_id, k.id) = (o.tenant_id, o.link_id)
      ${BOOKED}
      LEFT JOIN operation g ON s.operation_id IS NULL AND g.reference = s.our_original AND g.connection_id = $2
    WHERE s.run_id = $1
  )
  INSERT INTO recon_item (tenant_id, run_id, n, connection_id, business_date, verdict, reason, rule, line, claims,
    operation_id, link_id, organisation, reference, supplier_reference, kind, ours, theirs, posted_at)
  SELECT coalesce(j.operation_tenant, j.original_tenant, h.tenant_id, $4), $1, row_number() OVER (ORDER BY j.line),
    $2, $3, $9::jsonb ->> j.why, j.why, j.rule, j.line, j.claims, j.operation_id,
    coalesce(j.own_link, j.original_link, h.link_id),
    CASE WHEN j.operation_id IS NOT NULL THEN j.own_organisation
      WHEN j.original_tenant IS NOT NULL THEN j.original_organisation ELSE h.organisation END,
    coalesce(j.own_reference, j.reference), coalesce(j.supplier_reference, j.own_supplier_reference), j.kind,
    j.booked, j.points, j.posted_at
  FROM judged j LEFT JOIN LATERAL (
    SELECT (array_agg(l.tenant_id))[1] AS tenant_id, (array_agg(l.id))[1] AS link_id,
      (array_agg(l.organisation))[1] AS organisation
    FROM link l
    WHERE j.operation_id IS NULL AND j.original_tenant IS NULL
      AND l.connection_id = $2 AND l.member_index = j.member_index AND l.state <> 'removed'
    HAVING count(DISTINCT l.tenant_id) = 1
  ) h ON true`;
