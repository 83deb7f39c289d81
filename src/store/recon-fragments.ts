import type { BusinessDay } from '../core/reconcile/ports.js';

/** What an operation `o` does to the member's balance. */
export const SIGNED = `(CASE WHEN o.kind IN ('reversal', 'redemption') THEN -1 ELSE 1 END
  * (o.points + o.bonus_points))`;

/** A time as the outside reads it: RFC 3339 in UTC, whatever zone the session is in. */
export const instant = (time: string): string => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * Whether an operation `o` may have had its effect: what it takes to get there was sent. Of a redemption only the
 * confirm spends.
 */
export const SENT = `((o.ever_sent OR o.state IN ('sending', 'confirming'))
  AND (o.kind <> 'redemption' OR o.step = 'confirm'))`;

/** Whether the outcome of an operation `o` is open: sent, and nothing proves how it ended. */
export const OUTCOME_OPEN = `(o.next_action_at IS NOT NULL AND ${SENT}
  AND o.state IN ('sending', 'unknown', 'submitted', 'needs-review', 'confirming'))`;

/** The kinds of operations that a settlement lists. */
export const SETTLED_KINDS = `('accrual', 'reversal', 'redemption', 'refund')`;

/** Where points of an operation `o` were booked, as `t`; a row of it only where they were. */
export const BOOKED = `LEFT JOIN ledger_transaction t
  ON (t.tenant_id, t.operation_id, t.kind) = (o.tenant_id, o.id, 'posting')`;

/** The closed and reconciled days, for `jsonb` in the parameter. */
export const daysFrom = (parameter: string): string => `
  jsonb_to_recordset(${parameter}::jsonb)
    AS d (day date, opens_at timestamptz, closes_at timestamptz, unbroken_since date)`;

/** The days as `daysFrom` reads them. */
export function daysJson(days: readonly BusinessDay[]): string {
  return JSON.stringify(
    days.map(({ businessDate, opensAt, closesAt, unbrokenSince }) => ({
      day: businessDate,
      opens_at: opensAt,
      closes_at: closesAt,
      unbroken_since: unbrokenSince,
    })),
  );
}

/**
 * Suppliers tell the time of a closing in whole seconds: what was sent within the second after it may be of either day.
 */
export const CLOSING_SECOND = `interval '1 second'`;

/**
 * Whether a line of another day's run in force is paired with operation `o`: an operation has its effect once. The
 * parameter is the date of the run at work, whose own day's verdicts, if there are any, it takes the place of.
 */
export const claimedOnAnotherDay = (businessDate: string): string => `
  EXISTS (SELECT FROM recon_item e JOIN recon_run r ON r.id = e.run_id
    WHERE (e.tenant_id, e.operation_id) = (o.tenant_id, o.id) AND e.claims AND r.in_force
      AND r.business_date <> ${businessDate}::date)`;

/** The same for an operation that another day's run has missed for good. */
export const missedOnAnotherDay = (businessDate: string): string => `
  EXISTS (SELECT FROM recon_item e JOIN recon_run r ON r.id = e.run_id
    WHERE (e.tenant_id, e.operation_id) = (o.tenant_id, o.id) AND e.verdict = 'ours-only' AND r.in_force
      AND r.business_date <> ${businessDate}::date)`;
