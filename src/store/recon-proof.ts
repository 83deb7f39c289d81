import type { ProvenAbsent, ProvenPosted, ReconWork } from '../core/reconcile/ports.js';
import { camel } from './camel.js';
import { type ClaimRecord, RUN_COLUMNS, toClaimed } from './recon-claim.js';
import {
  CLOSING_SECOND,
  claimedOnAnotherDay,
  daysFrom,
  daysJson,
  SENT,
  SETTLED_KINDS,
  SIGNED,
} from './recon-fragments.js';
import type { Pools } from './pools.js';
import { asRun, tenantsOf } from './recon-scope.js';

/** What a run's lines prove of operations that are open, and what the closed days prove by not having them. */
export const findProof =
  (pools: Pools): ReconWork['proven'] =>
  async (run, days, effectWithinMs) => {
    const tenants = await tenantsOf(pools, run.connectionId);
    const proven = await asRun(pools, run, tenants, async (client) => {
      const posted = await client.query<Record<string, unknown>>({
        name: 'proven-posted',
        text: POSTED,
        values: [run.id],
      });
      const absent = await client.query<Record<string, unknown>>({
        name: 'proven-absent',
        text: ABSENT,
        values: [run.id, run.connectionId, run.businessDate, daysJson(days), effectWithinMs],
      });
      return {
        posted: posted.rows.map((row) => camel(row) as ProvenPosted),
        absent: absent.rows.map((row) => camel(row) as ProvenAbsent),
      };
    });
    return proven ?? { posted: [], absent: [] };
  };

export const markSettled =
  (pools: Pools): ReconWork['settled'] =>
  (run) =>
    asRun(
      pools,
      run,
      [],
      async (client) => {
        const updated = await client.query<ClaimRecord>(
          `UPDATE recon_run SET stage = 'judge', updated_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2
         RETURNING ${RUN_COLUMNS}`,
          [run.tenantId, run.id],
        );
        const record = updated.rows[0];
        return record === undefined ? null : toClaimed(record);
      },
      'settle',
    );

/**
 * One that waits to be sent again is told as well, or its points would be posted twice. A hold alone has no line to be
 * proven by. A reference that is the original's is no reference of what takes it back.
 */
const POSTED = `
  SELECT o.tenant_id, o.id AS operation_id,
    CASE WHEN NOT EXISTS (SELECT FROM receipt r
        WHERE r.scheme = o.scheme AND r.supplier_reference = s.supplier_reference
          AND (r.tenant_id, r.operation_id) = (o.tenant_id, o.original_id))
      THEN s.supplier_reference END AS supplier_reference,
    s.kind = o.kind AND s.points = ${SIGNED} AND coalesce(s.member_index = k.member_index, true) AS matches
  FROM recon_line s JOIN operation o ON (o.tenant_id, o.id) = (s.operation_tenant, s.operation_id)
    JOIN link k ON (k.tenant_id, k.id) = (o.tenant_id, o.link_id)
  WHERE s.run_id = $1 AND s.claims AND o.next_action_at IS NOT NULL
    AND (${SENT} OR (o.ever_sent AND o.state IN ('unknown', 'needs-review')))
  ORDER BY s.line`;

/**
 * Every day from the first send to the one after the last is closed and reconciled, and none has a line of the
 * operation. A supplier may post in the night after the trip, so the day after that counts as well; and a request that
 * was lost on its way may have its effect for a while yet, so that the days have to reach beyond that, too.
 */
const ABSENT = `
  WITH closed AS MATERIALIZED (SELECT d.* FROM ${daysFrom('$4')}),
  sent AS (
    SELECT o.tenant_id, o.id, o.attempts, o.first_sent_at - ${CLOSING_SECOND} AS first_sent,
      o.last_sent_at AS last_sent, greatest(
      (o.activity ->> 'departureDate')::date, (o.activity ->> 'checkOut')::date, (o.activity ->> 'travelDate')::date,
      (o.activity ->> 'date')::date) AS trip
    FROM operation o
    WHERE o.connection_id = $2 AND o.next_action_at IS NOT NULL AND o.kind IN ${SETTLED_KINDS} AND ${SENT}
      AND (o.state = 'unknown'
        OR (o.state = 'needs-review' AND o.review_reason IN ('awaiting-file', 'look-ups-exhausted')))
      AND NOT EXISTS (SELECT FROM recon_line s WHERE s.run_id = $1 AND s.operation_id = o.id)
      AND NOT ${claimedOnAnotherDay('$3')}
  )
  SELECT s.tenant_id, s.id AS operation_id, s.attempts
  FROM sent s
    JOIN closed f ON s.first_sent > f.opens_at AND s.first_sent <= f.closes_at
    JOIN closed l ON s.last_sent > l.opens_at AND s.last_sent <= l.closes_at
  WHERE EXISTS (SELECT FROM closed a
    WHERE a.day > greatest(l.day, s.trip) AND a.unbroken_since <= f.day
      AND a.closes_at >= s.last_sent + $5::float8 * interval '1 ms')
  ORDER BY s.id`;
