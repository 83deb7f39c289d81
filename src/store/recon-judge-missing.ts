import type pg from 'pg';
import type { ClaimedRun, Judging } from '../core/reconcile/ports.js';
import {
  CLOSING_SECOND,
  claimedOnAnotherDay,
  daysFrom,
  daysJson,
  missedOnAnotherDay,
  OUTCOME_OPEN,
  SETTLED_KINDS,
  SIGNED,
} from './recon-fragments.js';

/** Gives the operations that no line names their verdict. */
export async function judgeMissing(client: pg.PoolClient, run: ClaimedRun, judging: Judging): Promise<void> {
  const { window } = judging;
  await client.query({
    name: 'judge-missing',
    text: MISSING,
    values: [
      run.id,
      run.connectionId,
      run.businessDate,
      run.scheme,
      window.opensAt,
      window.closesAt,
      window.until,
      daysJson(judging.days),
      JSON.stringify(judging.verdictOf),
      new Date(window.until.getTime() + TOLD_AFTER_MS),
    ],
  });
}

/**
 * How long after its day an operation whose window began in it is still told of by it; what took longer is told of by
 * the day it ended in.
 */
const TOLD_AFTER_MS = 2 * 86_400_000;

/**
 * Looked at are operations that the supplier told this date; those booked while the day was open, or begun in it and
 * booked soon after; those sent and still open; and those that the day before left undecided. What lies in closed days
 * without a gap, and is in none of them, is missing; it is so on the last day on which it could have been posted.
 */
const MISSING = `
  WITH closed AS MATERIALIZED (SELECT d.* FROM ${daysFrom('$8')}),
  candidate AS ((
    SELECT o.tenant_id, o.id FROM operation o WHERE o.connection_id = $2 AND o.business_date = $3
    UNION
    SELECT o.tenant_id, o.id
    FROM ledger_transaction t JOIN operation o ON (o.tenant_id, o.id) = (t.tenant_id, t.operation_id)
    WHERE t.scheme = $4 AND t.kind = 'posting' AND t.at > $5 AND t.at <= $10
      AND o.connection_id = $2 AND o.business_date IS NULL AND (t.at <= $7 OR o.first_sent_at <= $6)
    UNION
    SELECT o.tenant_id, o.id FROM operation o
    WHERE o.connection_id = $2 AND ${OUTCOME_OPEN} AND o.first_sent_at <= $6
    UNION
    SELECT i.tenant_id, i.operation_id FROM recon_item i
    WHERE i.operation_id IS NOT NULL AND i.line IS NULL AND i.verdict = 'late' AND i.run_id = (
      SELECT id FROM recon_run WHERE connection_id = $2 AND in_force AND business_date < $3
      ORDER BY business_date DESC LIMIT 1)
  ) EXCEPT
    -- As a set: whatever the planner thinks of rows that were written an instant ago.
    SELECT tenant_id, operation_id FROM recon_item WHERE run_id = $1 AND claims
  ),
  missing AS (
    SELECT o.*, t.at AS booked_at, ${SIGNED} AS signed
    FROM candidate c JOIN operation o ON (o.tenant_id, o.id) = (c.tenant_id, c.id)
      LEFT JOIN ledger_transaction t ON (t.tenant_id, t.operation_id, t.kind) = (o.tenant_id, o.id, 'posting')
    WHERE o.kind IN ${SETTLED_KINDS} AND (t.id IS NOT NULL OR ${OUTCOME_OPEN})
      AND NOT ${claimedOnAnotherDay('$3')} AND NOT ${missedOnAnotherDay('$3')}
  ),
  judged AS (
    SELECT m.*, l.day AS missed_on,
      CASE WHEN m.booked_at IS NULL THEN 'outcome-still-open' WHEN f.day IS NULL THEN 'not-due-yet'
        ELSE 'not-in-the-settlement' END AS why
    FROM missing m
      LEFT JOIN closed l ON CASE WHEN m.business_date IS NULL
        THEN m.booked_at > l.opens_at AND m.booked_at <= l.closes_at
        ELSE l.day = m.business_date END
      LEFT JOIN closed f ON f.day >= l.unbroken_since AND CASE WHEN m.business_date IS NULL
        THEN m.first_sent_at - ${CLOSING_SECOND} > f.opens_at AND m.first_sent_at - ${CLOSING_SECOND} <= f.closes_at
        ELSE f.day = m.business_date END
  )
  INSERT INTO recon_item (tenant_id, run_id, n, connection_id, business_date, verdict, reason, claims, operation_id,
    link_id, organisation, reference, supplier_reference, kind, ours)
  SELECT tenant_id, $1, (SELECT count(*) FROM recon_item WHERE run_id = $1) + row_number() OVER (ORDER BY reference),
    $2, CASE why WHEN 'not-in-the-settlement' THEN missed_on ELSE $3 END, $9::jsonb ->> why, why, false, id,
    link_id, organisation, reference, supplier_reference, kind, CASE why WHEN 'not-in-the-settlement' THEN signed END
  FROM judged`;
