import type { ApprovalRow, Standing } from '../core/support/ports.js';
import { camel } from './camel.js';
import { AGE_COLUMNS, type OperationRecord, toOperation, toSnapshot } from './operation-columns.js';

/** An operation with what reversals of it hold, for queries that name it `o` and add `STANDING_TABLES`. */
export const STANDING_COLUMNS = `o.*, ${AGE_COLUMNS}, back.points AS reversed_points, back.open AS reversals_open,
  coalesce(o.lease_until > clock_timestamp(), false) AS leased`;

export const STANDING_TABLES = `operation o LEFT JOIN LATERAL (
    SELECT coalesce(sum(r.points) FILTER (WHERE r.state NOT IN ('rejected', 'cancelled')), 0)::bigint AS points,
      count(*) FILTER (WHERE r.next_action_at IS NOT NULL)::int AS open
    FROM operation r WHERE r.tenant_id = o.tenant_id AND r.original_id = o.id AND r.kind = 'reversal') back ON true`;

/** Of a row read with `STANDING_COLUMNS`. */
export function toStanding(record: OperationRecord): Standing {
  return {
    operation: toOperation(record),
    snapshot: toSnapshot(record),
    reversed: { points: record['reversed_points'] as number, open: record['reversals_open'] as number },
    leased: record['leased'] as boolean,
  };
}

/** An operation as it is kept in the audit: nothing of it names anybody. */
export function standingOf({ operation: { state, version, reviewReason } }: Standing) {
  return { state, version, reviewReason };
}

/** Whether a pending approval `a` has expired by now. */
export const EXPIRED = `(a.state = 'pending' AND a.expires_at <= statement_timestamp())`;

/** An approval `a`; one that nobody decided in time says so from that moment on. */
export const APPROVAL_COLUMNS = `a.tenant_id, a.id, a.act, CASE WHEN ${EXPIRED} THEN 'expired' ELSE a.state END AS state,
  a.operation_id, a.stood, a.requeue_id, a.evidence, a.reason, a.requested_by, a.created_at, a.expires_at, a.decided_by,
  a.decision_reason, a.decided_at`;

/** Of a row read with `APPROVAL_COLUMNS`. */
export function toApproval(record: Readonly<Record<string, unknown>>): ApprovalRow {
  return camel(record) as ApprovalRow;
}
